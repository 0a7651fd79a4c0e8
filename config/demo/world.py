"""The companies of the demonstration world. Data alone: build.py makes it real."""

from __future__ import annotations

from dataclasses import dataclass

LEADS = ("read:leads", "write:leads", "manage:webhooks", "read:events")
POLICIES = ("read:policies", "read:agents", "manage:webhooks", "read:events")
CLAIMS = ("read:claims", "read:policies", "manage:webhooks", "read:events")
INSIGHT = ("read:analytics", "read:leads")
# The demo partner's own application can do everything a partner's can.
EVERYTHING = (
    *("read:leads", "write:leads", "read:agents", "write:agents", "read:policies", "write:policies"),
    *("read:claims", "write:claims", "read:analytics", "read:billing", "read:events"),
    *("manage:webhooks", "manage:applications", "manage:integrations", "manage:keys", "manage:listings"),
)


@dataclass(frozen=True)
class Application:
    """An application and how far its review has come."""

    name: str
    status: str
    permissions: tuple[str, ...]
    description: str
    reason: str = ""


@dataclass(frozen=True)
class Company:
    """A partner."""

    name: str
    partner_type: str
    tier: str
    status: str
    country: str
    city: str
    description: str
    applications: tuple[Application, ...] = ()
    reason: str = ""

    @property
    def slug(self) -> str:
        """For its addresses under the reserved domain .example."""
        return "-".join(self.name.lower().replace("&", "and").split())

    @property
    def domain(self) -> str:
        """Its web and mail domain."""
        return f"{self.slug}.example"


ACME = Company(
    *("Acme Insurance Tech", "technology", "premium", "active", "US", "Austin"),
    "Quote comparison and lead routing for independent agencies.",
    (
        Application(
            "Quote Sync", "published", EVERYTHING, "Keeps quotes and policies of an agency in step with its CRM."
        ),
        Application("Lead Router", "approved", LEADS, "Sends each new lead to the agent who is most likely to win it."),
        Application("Renewal Radar", "submitted", POLICIES, "Warns agents ninety days before a policy ends."),
        Application("Claims Companion", "draft", CLAIMS, "Tells policyholders how their claim is doing."),
    ),
)
GLOBEX = Company(
    *("Globex Data", "data", "basic", "active", "US", "Chicago"),
    "Household and vehicle data for underwriting.",
    (Application("Globex Feed", "approved", (*LEADS, "manage:applications", "manage:keys", "manage:integrations"),
                 "Adds household data to new leads."),),
)  # fmt: skip

COMPANIES: tuple[Company, ...] = (
    ACME,
    GLOBEX,
    Company("Northwind Telematics", "technology", "enterprise", "active", "DE", "Munich",
            "Driving scores from connected cars.",
            (Application("Drive Score", "published", (*LEADS, "read:policies"), "Scores a driver before the quote."),
             Application("Crash Alert", "in_review", CLAIMS, "Files a first notice of loss from the car."))),
    Company("Initech Claims", "service", "premium", "active", "US", "Dallas", "Outsourced claims handling.",
            (Application("Adjuster Desk", "published", CLAIMS, "Moves claims between insurer and adjuster."),)),
    Company("Umbrella Home Services", "service", "premium", "active", "GB", "Leeds",
            "Emergency repair network for home insurers.",
            (Application("Repair Dispatch", "approved", CLAIMS, "Books a tradesperson when a claim is filed."),)),
    Company("Hooli Agency Cloud", "channel", "enterprise", "active", "US", "Palo Alto",
            "Agency management system of 4,000 agencies.",
            (Application("Agency Connect", "published", (*LEADS, *POLICIES), "Leads and policies in the agency's own system."),
             Application("Hooli Legacy Bridge", "deprecated", LEADS, "The connector of the old desktop edition."))),
    Company("Stark Risk Analytics", "data", "enterprise", "active", "US", "Hartford", "Catastrophe and property risk models.",
            (Application("Property Risk", "published", INSIGHT, "Flood, fire and wind scores for an address."),)),
    Company("Wayne Verification", "verification", "premium", "active", "US", "Newark",
            "Identity and licence checks for agents and insureds.",
            (Application("ID Check", "published", ("read:leads", "read:agents"), "Verifies who asks for a quote."),)),
    Company("Cyberdyne Voice", "technology", "premium", "active", "US", "San Jose", "Call centre automation.",
            (Application("Voice Intake", "changes_requested", LEADS, "Turns a phone call into a lead.",
                         "Say how long recordings are kept, and link a privacy policy that names them."),)),
    Company("Soylent Benefits", "channel", "basic", "active", "US", "Denver", "Broker of employee benefits.",
            (Application("Benefit Leads", "approved", LEADS, "Passes on employees who look for private cover."),)),
    Company("Tyrell Underwriting", "strategic", "enterprise", "active", "CH", "Zurich",
            "Reinsurer with shared products in six countries.",
            (Application("Treaty Desk", "published", POLICIES, "Bordereaux from issued policies."),)),
    Company("Aperture Imaging", "technology", "premium", "active", "CA", "Toronto", "Damage estimates from photographs.",
            (Application("Photo Estimate", "rejected", CLAIMS, "Estimates repair cost from pictures.",
                         "Claims photographs would be stored outside the agreed region."),)),
    Company("Vandelay Imports", "service", "basic", "active", "US", "New York", "Marine cargo surveys.",
            (Application("Cargo Survey", "draft", POLICIES, "Survey reports beside the policy."),)),
    Company("Oscorp Biometrics", "verification", "basic", "suspended", "US", "New York", "Biometric identity checks.",
            (Application("Face Match", "approved", ("read:leads",), "Matches a selfie with a document."),),
            "Documents of the annual security review are overdue."),
    Company("Pied Piper Compression", "technology", "basic", "pending", "US", "Palo Alto", "Document storage for agencies.",
            (Application("Paperless", "draft", POLICIES, "Archives policy documents."),)),
    Company("Massive Dynamic Health", "data", "premium", "pending", "US", "Boston", "Health risk data for life insurers."),
    Company("Bluth Home Builders", "strategic", "basic", "pending", "US", "Newport Beach", "New homes with cover included."),
    Company("Dunder Paper Brokers", "channel", "basic", "inactive", "US", "Scranton", "A closed regional broker.",
            reason="The company merged with another partner."),
    Company("Gringotts Premium Finance", "service", "enterprise", "active", "GB", "London", "Instalment plans for premiums.",
            (Application("Pay Monthly", "published", (*POLICIES, "read:billing"), "Offers instalments when a policy is issued."),)),
    Company("Monarch Mobility", "channel", "premium", "active", "FR", "Lyon", "Cover for car sharing fleets.",
            (Application("Fleet Cover", "published", (*LEADS, "read:policies"), "Day policies for shared cars."),)),
    Company("Prestige Agents Guild", "strategic", "premium", "active", "US", "Omaha", "Association of 900 agents.",
            (Application("Guild Roster", "approved", ("read:agents", "write:agents"), "Keeps agents' licences current."),)),
    Company("Sirius Weather", "data", "premium", "active", "NL", "Utrecht", "Hail and storm alerts per address.",
            (Application("Storm Watch", "published", ("read:policies", "manage:webhooks", "read:events"),
                         "Warns insured households of hail."),
             Application("Hail Map", "submitted", INSIGHT, "Shows exposure on a map."))),
    Company("Zorg Salvage", "service", "premium", "active", "US", "Phoenix", "Salvage auctions.",
            (Application("Salvage Bids", "suspended", CLAIMS, "Bids on total losses.",
                         "Its endpoint leaked claim numbers; a fix is under review."),)),
    Company("Kessel Licensing", "verification", "premium", "active", "US", "Tampa", "Producer licence monitoring.",
            (Application("Licence Watch", "published", ("read:agents",), "Checks licences every night."),)),
)  # fmt: skip

# Who answers webhooks in the demo, and to what they subscribe: partner, application, events.
SUBSCRIPTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (ACME.name, "Quote Sync", ("lead.created", "lead.qualified", "policy.created", "policy.renewed")),
    (ACME.name, "Lead Router", ("lead.created", "lead.assigned")),
    ("Hooli Agency Cloud", "Agency Connect", ("lead.created", "lead.converted", "policy.created")),
    ("Initech Claims", "Adjuster Desk", ("claim.filed", "claim.approved", "claim.paid")),
    ("Northwind Telematics", "Drive Score", ("lead.created",)),
    ("Gringotts Premium Finance", "Pay Monthly", ("policy.created", "policy.cancelled")),
    ("Sirius Weather", "Storm Watch", ("policy.created", "policy.cancelled")),
)
