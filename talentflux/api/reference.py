"""The reference of the API as Markdown, made from its description: one page for each tag."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any, Final

Part = dict[str, Any]
_SERVER: Final = "http://127.0.0.1:8000"
_MADE: Final = "Made from the API's description by `python docs/generate.py`; a test holds the two together."
_TAG: Final = re.compile(r"[^a-z]+")


def pages(document: Part) -> dict[str, str]:
    """Return the pages of the reference.

    Args:
        document: The API's description, OpenAPI 3.1.

    Returns:
        Text by file name; `README.md` is the index.
    """
    writer = _Writer(document)
    tags = [tag for tag in document["tags"] if writer.operations(tag["name"])]
    files = {f"{_file(tag['name'])}.md": writer.page(tag) for tag in tags}
    return {"README.md": writer.index(tags), **files}


def _file(tag: str) -> str:
    return _TAG.sub("-", tag.lower()).strip("-")


class _Writer:
    """Writes the pages of one description."""

    def __init__(self, document: Part) -> None:
        self._document = document
        self._schemas: Part = document["components"]["schemas"]

    def operations(self, tag: str) -> list[tuple[str, str, Part]]:
        """Return path, method and description of the operations whose last tag this is, in the order of the code."""
        return [
            (path, method, operation)
            for path, methods in self._document["paths"].items()
            for method, operation in methods.items()
            if operation["tags"][-1] == tag
        ]

    def index(self, tags: list[Part]) -> str:
        """Return the page that lists the others."""
        lines = [
            f"# The API, operation by operation\n\n{_MADE}\n",
            "How to use it: [the guide](../../guides/api.md).\n",
        ]
        for tag in tags:
            lines += [f"## [{tag['name']}]({_file(tag['name'])}.md)\n", f"{tag['description']}\n"]
            lines += ["| Operation | Address |", "|---|---|"]
            lines += [
                f"| {operation['summary']} | `{method.upper()} {path}` |"
                for path, method, operation in self.operations(tag["name"])
            ]
            lines.append("")
        return "\n".join([*lines, *self._ways_in()])

    def page(self, tag: Part) -> str:
        """Return the page of one tag."""
        used: dict[str, None] = {}
        lines = [f"# {tag['name'].capitalize()}\n", f"{tag['description']} {_MADE}\n"]
        for path, method, operation in self.operations(tag["name"]):
            lines += self._operation(path, method, operation, used)
        lines += self._types(used)
        return "\n".join(lines).rstrip() + "\n"

    def _ways_in(self) -> Iterator[str]:
        yield "## Ways to show who you are\n"
        yield "| Name | What |\n|---|---|"
        for name, scheme in self._document["components"]["securitySchemes"].items():
            where = f"`{scheme['name']}` ({scheme['in']}). " if "in" in scheme else "`Authorization: Bearer`. "
            yield f"| {name} | {where}{scheme['description']} |"
        yield ""

    def _operation(self, path: str, method: str, operation: Part, used: dict[str, None]) -> Iterator[str]:
        yield f"## {operation['summary']}\n"
        yield f"`{method.upper()} {path}` · `{operation['operationId']}`\n"
        yield f"{operation.get('description', '').strip()}\n"
        yield f"Log-in: {_security(operation.get('security', []))}\n"
        if operation.get("parameters"):
            yield from self._parameters(operation["parameters"], used)
        yield from self._body(operation.get("requestBody", {}), used)
        yield from self._answers(operation["responses"], used)
        yield f"```sh\n{_curl(path, method, operation)}\n```\n"

    def _parameters(self, parameters: list[Part], used: dict[str, None]) -> Iterator[str]:
        yield "| Parameter | In | Type | |\n|---|---|---|---|"
        for each in parameters:
            said = each.get("description") or each["schema"].get("description", "")
            needed = "Required. " if each.get("required") else ""
            yield f"| `{each['name']}` | {each['in']} | {self._type(each['schema'], used)} | {_cell(needed + said)} |"
        yield ""

    def _body(self, body: Part, used: dict[str, None]) -> Iterator[str]:
        for media_type, content in body.get("content", {}).items():
            yield f"Body ({media_type}): {self._type(content['schema'], used)}\n"

    def _answers(self, responses: Part, used: dict[str, None]) -> Iterator[str]:
        yield "| Answer | Body | |\n|---|---|---|"
        for status, answer in responses.items():
            content = answer.get("content", {})
            kinds = [
                self._type(each["schema"], used) if "schema" in each and status < "3" else kind
                for kind, each in content.items()
            ]
            yield f"| {status} | {', '.join(kinds) or '–'} | {_cell(answer['description'])} |"
        yield ""
        for status, answer in responses.items():
            example = answer.get("content", {}).get("application/json", {}).get("example")
            if example is not None:
                yield f"{status}:\n\n```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```\n"

    def _types(self, used: dict[str, None]) -> Iterator[str]:
        """Yield a table for each type that was named, and for those that these name in turn."""
        if used:
            yield "## Types\n"
        waiting = list(used)
        for name in waiting:
            schema = self._schemas[name]
            yield f'### <a id="{name.lower()}"></a>{_plain(name)}\n'
            if schema.get("description"):
                yield f"{schema['description'].strip()}\n"
            if "enum" in schema:
                yield ", ".join(f"`{value}`" for value in schema["enum"]) + "\n"
            if schema.get("properties"):
                yield from self._fields(schema, used)
            waiting += [found for found in used if found not in waiting]

    def _fields(self, schema: Part, used: dict[str, None]) -> Iterator[str]:
        yield "| Field | Type | |\n|---|---|---|"
        for name, field in schema["properties"].items():
            needed = "Required. " if name in schema.get("required", []) else ""
            yield f"| `{name}` | {self._type(field, used)} | {_cell(needed + field.get('description', ''))} |"
        yield ""

    def _type(self, schema: Part, used: dict[str, None]) -> str:
        """Return a type in words, and remember the ones that have a table of their own."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            used.setdefault(name)
            return f"[{_plain(name)}](#{name.lower()})"
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self._type(each, used) for each in schema["anyOf"]))
        if "enum" in schema or "const" in schema:
            return " or ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
        if schema.get("type") == "array":
            return f"list of {self._type(schema.get('items', {}), used)}"
        kind = str(schema.get("type", "anything"))
        return f"{kind} ({_limits(schema)})" if _limits(schema) else kind


def _limits(schema: Part) -> str:
    """Return what a value must hold to, in words."""
    words = {
        "format": "{}",
        "minimum": "at least {}",
        "maximum": "at most {}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "default": "otherwise `{}`",
    }
    found = {name: schema[name] for name in words if schema.get(name) is not None}
    return ", ".join(
        words[name].format(json.dumps(value) if isinstance(value, bool) else value) for name, value in found.items()
    )


def _security(given: list[Part]) -> str:
    return " or ".join(" with ".join(f"`{name}`" for name in way) for way in given) or "none"


def _plain(name: str) -> str:
    """Return the name of a type as people write it: `Page_CandidateSummary_` is a page of CandidateSummary."""
    return re.sub(r"^(\w+?)_(\w+)_$", r"\1 of \2", name)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _curl(path: str, method: str, operation: Part) -> str:
    """Return a command that calls an operation with its example."""
    words = ["curl"]
    if method != "get":
        words += ["-X", method.upper()]
    if operation.get("security"):
        words += ["-H", "Authorization: Bearer $TOKEN"]
    for each in operation.get("parameters", []):
        if each["in"] == "header" and each["name"] in {"If-Match", "Idempotency-Key"}:
            example = each.get("example") or (each.get("examples") or each["schema"].get("examples") or [""])[0]
            words += ["-H", f"{each['name']}: {example}"]
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        if media_type == "multipart/form-data":
            words += ["-F", "files=@lindqvist.pdf" if path.endswith("/resumes") else "file=@job.md"]
        else:
            example = content.get("example") or (content["schema"].get("examples") or [{}])[0]
            words += ["-H", f"Content-Type: {media_type}", "-d", json.dumps(example, ensure_ascii=False)]
    return " ".join(_quoted(word) for word in [*words, f"{_SERVER}{path}"])


def _quoted(word: str) -> str:
    if "$TOKEN" in word:
        return f'"{word}"'  # the shell fills it in
    return word if re.fullmatch(r"[\w./:{}=@-]+", word) else shlex.quote(word)
