"""One operation of an OpenAPI document as a request: parameters, a sample body, security, documentation."""

import re
from dataclasses import dataclass
from typing import Any, cast

from workbench.formats.interchange.bodies import form_body, kind_of_type
from workbench.formats.interchange.documents import Plain, json_text, load_json, mapping, sequence, text, title
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.openapi_references import References
from workbench.formats.interchange.openapi_samples import Sampler, example_of, xml_text
from workbench.formats.interchange.openapi_security import Secured, Security
from workbench.formats.interchange.queries import with_query
from workbench.formats.interchange.variable_names import variable_name
from workbench.model.collection import (
    CONTENT_TYPES,
    NO_BODY,
    BodyKind,
    ComposedBody,
    Field,
    Part,
    SavedRequest,
)
from workbench.model.errors import FormatError
from workbench.model.message import Body
from workbench.model.variables import Variable

_PREFERRED = ("application/json", "+json", "application/x-www-form-urlencoded", "multipart/form-data", "xml", "text/")
_SAID_BY_OTHERS = {"accept", "content-type", "authorization"}
"""Header parameters that OpenAPI ignores."""
_SEGMENT = re.compile(r"(?<=/)\{([^{}/]+)\}(?=/|\Z|\?)")
_TEMPLATE = re.compile(r"(?<!\{)\{([^{}/]+)\}(?!\})")


@dataclass(slots=True)
class Operations:
    """Makes requests of one document's operations."""

    references: References
    sampler: Sampler
    security: Security
    described_answers: int = 0

    def request(
        self, method: str, base: str, path: str, item: Plain, operation: Plain, losses: Losses
    ) -> SavedRequest:
        """Return an operation as a request to `base` and `path`."""
        name = title(operation.get("summary") or operation.get("operationId"), f"{method} {path}".strip())
        place = losses.at_request(name)
        parameters = self._parameters(item, operation)
        secured = self.security.secured(operation.get("security"), place)
        address, path_params, variables = self._path(path, parameters, place)
        query = [*self._of_place(parameters, "query", place), *secured.query]
        headers = self._headers(parameters, secured, place)
        body, content_type = self._body(operation, place)
        if content_type:
            headers.append(Field("Content-Type", content_type))
        self._lose_rest(operation, place)
        return SavedRequest(
            name=name,
            method=method,
            url=with_query(base + address, query),
            headers=tuple(headers),
            disabled_params=tuple(row for row in query if not row.enabled),
            body=body,
            path_params=tuple(path_params),
            auth=secured.auth,
            variables=tuple(variables),
            docs=text(operation.get("description")),
            tags=tuple(text(tag) for tag in sequence(operation.get("tags"))[1:]),
        )

    def _lose_rest(self, operation: Plain, losses: Losses) -> None:
        self.described_answers += any(
            "content" in self.references.resolved(each) for each in mapping(operation.get("responses")).values()
        )
        if operation.get("deprecated") is True:
            losses.add("That it is deprecated is not kept.")

    def _parameters(self, item: Plain, operation: Plain) -> list[Plain]:
        """Return parameters of the path and the operation, which counts over it."""
        found: dict[tuple[str, str], Plain] = {}
        for holder in (item, operation):
            for each in sequence(holder.get("parameters")):
                parameter = self.references.resolved(each)
                if parameter.get("name") or parameter.get("in") == "querystring":
                    found[text(parameter.get("in")), text(parameter.get("name"))] = parameter
        return list(found.values())

    def _path(self, path: str, parameters: list[Plain], losses: Losses) -> tuple[str, list[Field], list[Variable]]:
        """Return the path with `:name` for whole segments, and variables for names inside of one."""
        values = {
            text(each["name"]): self._text_sample(each, losses) for each in parameters if each.get("in") == "path"
        }
        fields: list[Field] = []
        variables: list[Variable] = []

        def segment(match: re.Match[str]) -> str:
            name = re.sub(r"[^\w\-]", "_", match[1])
            fields.append(Field(name, values.get(match[1], "")))
            return f":{name}"

        def inside(match: re.Match[str]) -> str:
            name = variable_name(match[1], losses)
            variables.append(Variable(name, values.get(match[1], "")))
            return "{{" + name + "}}"

        return _TEMPLATE.sub(inside, _SEGMENT.sub(segment, path)), fields, variables

    def _headers(self, parameters: list[Plain], secured: Secured, losses: Losses) -> list[Field]:
        headers = [
            row for row in self._of_place(parameters, "header", losses) if row.name.lower() not in _SAID_BY_OTHERS
        ]
        cookies = [row for row in self._of_place(parameters, "cookie", losses) if row.enabled]
        if cookies:
            headers.append(Field("Cookie", "; ".join(f"{row.name}={row.value}" for row in cookies)))
        return [*headers, *secured.headers]

    def _of_place(self, parameters: list[Plain], place: str, losses: Losses) -> list[Field]:
        """Return rows; those that are not required are switched off."""
        found: list[Field] = []
        for each in parameters:
            if each.get("in") == "querystring" and place == "query":
                losses.add("A parameter that is the whole query is left out.")
            if each.get("in") == place:
                found += self._rows(each, losses)
        return found

    def _rows(self, parameter: Plain, losses: Losses) -> list[Field]:
        name, enabled = text(parameter["name"]), parameter.get("required") is True
        value = self._sample(parameter, losses)
        style = text(parameter.get("style"))
        explode = parameter.get("explode", style in ("", "form")) is True and parameter.get("in") == "query"
        if isinstance(value, list):
            items = [text(item) for item in cast("list[Any]", value)]
            joint = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
            return (
                [Field(name, item, enabled) for item in items]
                if explode
                else [Field(name, joint.join(items), enabled)]
            )
        if isinstance(value, dict) and parameter.get("in") == "query" and "content" not in parameter:
            pairs = [(key, text(item)) for key, item in cast("Plain", value).items()]
            if style == "deepObject":
                return [Field(f"{name}[{key}]", item, enabled) for key, item in pairs]
            if explode:
                return [Field(key, item, enabled) for key, item in pairs]
            return [Field(name, ",".join(part for pair in pairs for part in pair), enabled)]
        return [Field(name, text(value), enabled)]

    def _sample(self, parameter: Plain, losses: Losses) -> Any:
        has_example, example = example_of(parameter, self.references, losses)
        if has_example:
            return example
        content = mapping(parameter.get("content"))
        if content:
            media = mapping(next(iter(content.values())))
            has_example, example = example_of(media, self.references, losses)
            return example if has_example else self.sampler.sample(media.get("schema"), losses)
        schema = parameter.get("schema")
        return self.sampler.sample(schema, losses) if schema is not None else ""

    def _text_sample(self, parameter: Plain, losses: Losses) -> str:
        value = self._sample(parameter, losses)
        return ",".join(text(item) for item in cast("list[Any]", value)) if isinstance(value, list) else text(value)

    def _body(self, operation: Plain, losses: Losses) -> tuple[ComposedBody, str]:
        """Return a sample body, and the Content-Type where its kind does not say it."""
        content = mapping(self.references.resolved(operation.get("requestBody")).get("content"))
        if not content:
            return NO_BODY, ""
        order = [name for wanted in _PREFERRED for name in content if wanted in name.lower()]
        chosen = (order or list(content))[0]
        others = [name for name in content if name != chosen]
        if others:
            losses.add(f"Of several content types one is taken; left out: {', '.join(others)}.")
        media = self.references.resolved(content[chosen])
        has_example, example = example_of(media, self.references, losses)
        schema = media.get("schema", media.get("itemSchema"))
        value = example if has_example else self.sampler.sample(schema, losses)
        if not has_example and kind_of_type(chosen) is BodyKind.BYTES and not chosen.startswith("multipart/"):
            value = None
        body = self._composed(chosen, value, schema, losses)
        implied = CONTENT_TYPES.get(body.kind, "").partition(";")[0]
        says = (
            body.kind is not BodyKind.MULTIPART
            and chosen.partition(";")[0].strip().lower() != implied
            and "*" not in chosen
        )
        return body, chosen if says else ""

    def _composed(self, content_type: str, value: Any, schema: Any, losses: Losses) -> ComposedBody:
        kind = kind_of_type(content_type)
        if content_type.startswith("multipart/"):
            return ComposedBody(BodyKind.MULTIPART, parts=self._parts(mapping(value), schema))
        if kind is BodyKind.FORM and isinstance(value, dict):
            pairs = cast("Plain", value).items()
            return form_body([Field(name, text(item)) for name, item in pairs])
        if kind is BodyKind.JSON:
            content = value if isinstance(value, str) and _is_json(value) else json_text(value)
        elif kind is BodyKind.XML and not isinstance(value, str):
            root = self.references.resolved(schema)
            name = text(mapping(root.get("xml")).get("name")) or self.references.name_of(schema).rpartition("/")[2]
            losses.add("The XML sample has elements only: attributes and namespaces are to be added.")
            content = xml_text(name or "root", value)
        elif kind is BodyKind.BYTES and not isinstance(value, str):
            losses.add(f"The body is {content_type}: choose the file that it sends.")
            return ComposedBody(BodyKind.BYTES)
        else:
            content = text(value)
        return ComposedBody(kind, Body(content.encode()), literal="{{" in content)

    def _parts(self, value: Plain, schema: Any) -> tuple[Part, ...]:
        described = mapping(self.references.resolved(schema).get("properties"))
        parts: list[Part] = []
        for name in dict.fromkeys((*value, *described)):
            inner = self.references.resolved(described.get(name))
            if inner.get("type") == "array":
                inner = self.references.resolved(inner.get("items"))
            if inner.get("format") == "binary" or "contentMediaType" in inner or inner.get("type") == "file":
                parts.append(Part(name, is_file=True, content_type=text(inner.get("contentMediaType"))))
            elif name in value:
                parts.append(Part(name, text(value[name])))
        return tuple(parts)

    def callbacks(self, operation: Plain) -> list[tuple[str, Plain]]:
        """Return what an operation's callbacks send, by name."""
        found: list[tuple[str, Plain]] = []
        for name, callback in mapping(operation.get("callbacks")).items():
            found += [(name, self.references.resolved(item)) for item in self.references.resolved(callback).values()]
        return found


def _is_json(content: str) -> bool:
    try:
        return isinstance(load_json(content.encode()), dict | list)
    except FormatError:
        return False


def operations_of(item: Plain) -> list[tuple[str, Plain]]:
    """Return the methods of a path with their operations; 3.2 has methods of any name."""
    known = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
    found = [(method.upper(), mapping(item[method])) for method in known if isinstance(item.get(method), dict)]
    others = mapping(item.get("additionalOperations"))
    return found + [(method, mapping(operation)) for method, operation in others.items()]
