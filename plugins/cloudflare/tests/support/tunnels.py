"""Tunnels of the stand-in, after https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/: names that are
unique among tunnels that are there, configurations that are replaced and counted, connections that keep a tunnel from being
removed. No cloudflared connects here; an administrator says who is connected."""

import base64
import uuid

tunnels = {}


def found_tunnel(parameters):
    tunnel = tunnels.get(parameters["tunnelID"])
    if parameters["account_id"] != ACCOUNT:
        raise Refused(403, 10000, "Authentication error")
    if not tunnel:
        raise Refused(404, 1003, "Tunnel not found")
    return tunnel


def shown(tunnel):
    return tunnel["described"] | ({"deleted_at": tunnel["deleted_at"]} if tunnel["deleted_at"] else {})


def make(name, secret=None):
    key = str(uuid.uuid4())
    described = {"id": key, "account_tag": ACCOUNT, "name": name, "config_src": "cloudflare", "created_at": WHEN, "status": "inactive", "tun_type": "cfd_tunnel", "metadata": {}}
    tunnels[key] = {"described": described, "deleted_at": None, "secret": secret, "config": None, "version": 0, "clients": []}
    return tunnels[key]


@answer("Cloudflared.create")
def create(parameters, _, body):
    if parameters["account_id"] != ACCOUNT:
        raise Refused(403, 10000, "Authentication error")
    if any(one["described"]["name"] == body["name"] and not one["deleted_at"] for one in tunnels.values()):
        text = "You already have a tunnel with this name. Delete the existing tunnel, or choose a different name for your new tunnel."
        raise Refused(409, 1013, text)
    secret = body.get("tunnel_secret")
    if secret is not None and len(base64.b64decode(secret, validate=True)) < 32:
        raise Refused(400, 1009, "The tunnel secret must have at least 32 bytes.")
    tunnel = make(body["name"], secret)
    tunnel["described"]["config_src"] = body.get("config_src", "local")
    deed["writes"] += 1
    # The secret in another form, which cloudflared's own source reads (cfapi.TunnelWithToken); the package's types leave it out.
    token = {"a": ACCOUNT, "t": tunnel["described"]["id"], "s": secret}
    return shown(tunnel) | {"token": base64.b64encode(json.dumps(token).encode()).decode()}, None


@answer("Cloudflared.list")
def list_tunnels(parameters, query, _):
    if parameters["account_id"] != ACCOUNT:
        raise Refused(403, 10000, "Authentication error")
    meant = [
        shown(one)
        for one in tunnels.values()
        if query.get("is_deleted") in (None, one["deleted_at"] is not None)
        and one["described"]["name"].startswith(query.get("include_prefix", ""))
        and query.get("name") in (None, one["described"]["name"])
    ]
    return paged(meant, query, 1000)


@answer("Cloudflared.get")
def get(parameters, _, __):
    return shown(found_tunnel(parameters)), None


@answer("Cloudflared.edit")
def edit(parameters, _, body):
    tunnel = found_tunnel(parameters)
    tunnel["secret"] = body.get("tunnel_secret", tunnel["secret"])
    tunnel["described"]["name"] = body.get("name", tunnel["described"]["name"])
    deed["writes"] += 1
    return shown(tunnel), None


@answer("Cloudflared.delete")
def delete(parameters, _, __):
    tunnel = found_tunnel(parameters)
    if tunnel["clients"]:
        raise Refused(400, 1022, "Cannot delete tunnel because it has active connections. Please run `cloudflared tunnel cleanup`.")
    tunnel["deleted_at"] = WHEN
    deed["writes"] += 1
    return shown(tunnel), None


def configuration(parameters, tunnel):
    config = {"config": tunnel["config"]} if tunnel["config"] else {}
    return {"account_id": ACCOUNT, "tunnel_id": parameters["tunnelID"], "version": tunnel["version"], "source": "cloudflare", "created_at": WHEN} | config


@answer("Configurations.get")
def get_configuration(parameters, _, __):
    return configuration(parameters, found_tunnel(parameters)), None


@answer("Configurations.update")
def update_configuration(parameters, _, body):
    tunnel, rules = found_tunnel(parameters), body.get("config", {}).get("ingress", [])
    if not rules or rules[-1].get("hostname") or rules[-1].get("path"):
        raise Refused(400, 1056, "Bad Configuration: The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)")
    for number, rule in enumerate(rules):
        try:
            re.compile(rule.get("path", ""))
        except re.error:
            raise Refused(400, 1056, f"Bad Configuration: Rule #{number + 1} has an invalid regex") from None
        if not re.match(r"(https?|tcp|unix|ssh|rdp|smb|unix\+tls)://.|http_status:[0-9]{3}$", rule["service"]):
            raise Refused(400, 1056, f"Bad Configuration: Rule #{number + 1}: {rule['service']} is an invalid service")
    tunnel["config"], tunnel["version"] = body["config"], tunnel["version"] + 1
    deed["writes"] += 1
    return configuration(parameters, tunnel), None


@answer("Connections.get")
def get_connections(parameters, query, _):
    return found_tunnel(parameters)["clients"], None


@answer("Connections.delete")
def delete_connections(parameters, _, __):
    tunnel = found_tunnel(parameters)
    # A connector that still runs comes back at once.
    tunnel["clients"] = [one for one in tunnel["clients"] if one["id"] in tunnel.get("running", [])]
    deed["disconnected"] += 1
    return None, None


@answer("excuse")
def excused(name, wrong):
    """The package's types want a hostname in every rule, where the service wants none in the last, and have no token."""
    if (name, wrong) == ("Cloudflared.create", "result/token is unknown"):
        return True
    return name.startswith("Configurations.") and re.fullmatch(r"(body|result)/config/ingress/[0-9]+/hostname is missing", wrong)


def by_hand_in_tunnels(body):
    if "makeTunnel" in body:
        make(body["makeTunnel"])
    if "tunnel" in body:
        tunnel = tunnels[body["tunnel"]]
        if "clients" in body:
            tunnel["clients"] = [
                {"id": str(uuid.uuid4()), "conns": [{"id": str(uuid.uuid4()), "is_pending_reconnect": False} for _ in range(count)]}
                for count in body["clients"]
            ]
            tunnel["running"] = [one["id"] for one in tunnel["clients"]] if body.get("running") else []
        if "config" in body:
            tunnel["config"], tunnel["version"] = body["config"], tunnel["version"] + 1
        if "source" in body:
            tunnel["described"]["config_src"] = body["source"]
        if "deleted" in body:
            tunnel["deleted_at"] = WHEN
    known = {key: {"name": one["described"]["name"], "secret": one["secret"], "config": one["config"], "version": one["version"], "gone": one["deleted_at"] is not None} for key, one in tunnels.items()}
    return {"tunnels": known, "tunnelWrites": deed["writes"], "disconnected": deed["disconnected"]}


deed = {"writes": 0, "disconnected": 0}
deeds.append(by_hand_in_tunnels)
