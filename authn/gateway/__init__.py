"""The gateway check: the insurer's own services behind nginx, Envoy or Traefik, with Treaty at the door."""
