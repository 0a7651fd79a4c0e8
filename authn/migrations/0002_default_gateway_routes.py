"""The resources of the insurance platform, at the paths its services usually have."""

from django.db import migrations

RESOURCES = ("leads", "agents", "policies", "claims")
ROOTS = ("", "/api", "/core")


def add_routes(apps, schema_editor):
    route = apps.get_model("authn", "GatewayRoute")
    for root in ROOTS:
        for resource in RESOURCES:
            scopes = {"read_scope": f"read:{resource}", "write_scope": f"write:{resource}"}
            route.objects.get_or_create(path_prefix=f"{root}/{resource}", defaults=scopes)
        route.objects.get_or_create(path_prefix=f"{root}/analytics", defaults={"read_scope": "read:analytics"})


class Migration(migrations.Migration):
    dependencies = [("authn", "0001_initial")]

    operations = [migrations.RunPython(add_routes, migrations.RunPython.noop)]
