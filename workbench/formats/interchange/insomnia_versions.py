"""What Insomnia's exports of versions 1 and 2 wrote otherwise, brought into the form of version 4."""

from workbench.formats.interchange.documents import Plain, mapping, rows, text

_FORMATS = {
    "form": "application/x-www-form-urlencoded",
    "json": "application/json",
    "text": "text/plain",
    "xml": "application/xml",
}


def with_old_parts(request: Plain) -> Plain:
    """Return a request with its body as an object, and basic authentication named as what it is."""
    changed = dict(request)
    if isinstance(request.get("body"), str):
        typed = [row for row in rows(request.get("headers")) if text(row.get("name")).lower() == "content-type"]
        mime_type = text(typed[0].get("value")).partition(";")[0] if typed else ""
        changed["body"] = {"mimeType": mime_type, "text": request["body"]}
    auth = mapping(request.get("authentication"))
    if "type" not in auth and (auth.get("username") or auth.get("password")):
        changed["authentication"] = {
            "type": "basic",
            "username": auth.get("username"),
            "password": auth.get("password"),
        }
    return changed


def old_resources(items: list[Plain]) -> list[Plain]:
    """Return version 1's folders and requests as a flat list."""
    resources: list[Plain] = []
    for number, item in enumerate(items):
        identity = f"group-{number}"
        if not isinstance(item.get("requests"), list):
            resources.append(_request(item, ""))
            continue
        base = mapping(mapping(item.get("environments")).get("base"))
        resources.append({"_id": identity, "_type": "request_group", "name": item.get("name"), "environment": base})
        resources += [_request(request, identity) for request in rows(item["requests"])]
    return resources


def _request(item: Plain, parent: str) -> Plain:
    headers = rows(item.get("headers"))
    form = _FORMATS.get(text(mapping(item.get("__insomnia")).get("format")), "")
    typed = any(text(row.get("name")).lower() == "content-type" for row in headers)
    return {
        **{key: item[key] for key in ("name", "url", "method", "body") if key in item},
        "_type": "request",
        "parentId": parent,
        "parameters": item.get("params"),
        "headers": [*headers, *([] if typed or not form else [{"name": "Content-Type", "value": form}])],
        "authentication": {key: held for key, held in mapping(item.get("authentication")).items() if key != "_type"},
    }
