"""Holds a JSON document against a JSON Schema: the keywords that topology.schema.json uses."""

import json
import os
import re

TOPOLOGY_SCHEMA = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
    "schemas", "topology.schema.json")

# Those that say nothing about a document.
ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description"}


class SchemaError(Exception):
    """The document is not as the schema wants it; says where."""


def topology_schema():
    with open(TOPOLOGY_SCHEMA, encoding="utf-8") as file:
        return json.load(file)


def check(document, schema):
    """Raises SchemaError at the first thing that is wrong."""
    _check(document, schema, schema, "")


def _is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"object": dict, "array": list, "string": str, "boolean": bool}[name])


def _check_any(value, rules, root, path):
    wrong = []
    for rule in rules:
        try:
            return _check(value, rule, root, "")
        except SchemaError as error:
            wrong.append(str(error))
    raise SchemaError((f"{path}: " if path else "") + ", or ".join(wrong))


def _fits(value, rule, root):
    try:
        _check(value, rule, root, "")
        return True
    except SchemaError:
        return False


def _check_one(value, rules, root, path):
    fitting = sum(_fits(value, rule, root) for rule in rules)
    if fitting == 0:
        _check_any(value, rules, root, path)
    elif fitting > 1:
        raise SchemaError((f"{path}: " if path else "") + "is several things at once")


def _meant(reference, root):
    """What '#/$defs/buyer/properties/product' stands for."""
    for key in reference.removeprefix("#/").split("/"):
        root = root[key]
    return root


def _check(value, rule, root, path):
    def must(holds, text):
        if not holds:
            raise SchemaError(f"{path}: {text}" if path else text)

    if "$ref" in rule:
        return _check(value, _meant(rule["$ref"], root), root, path)
    for keyword, wanted in rule.items():
        if keyword == "type":
            must(_is_type(value, wanted), f"must be of the type {wanted}")
        elif keyword == "enum":
            must(value in wanted, "must be one of " + ", ".join(wanted))
        elif keyword == "minimum":
            must(value >= wanted, f"must be at least {wanted}")
        elif keyword == "maximum":
            must(value <= wanted, f"must be at most {wanted}")
        elif keyword == "minLength":
            must(len(value) >= wanted, f"must have at least {wanted} characters")
        elif keyword == "maxLength":
            must(len(value) <= wanted, f"must have at most {wanted} characters")
        elif keyword == "pattern":
            must(re.search(wanted, value) is not None, f"must match {wanted}")
        elif keyword == "not":
            must(value != wanted["const"], f"must not be {wanted['const']}")
        elif keyword == "const":
            must(value == wanted, f"must be {wanted}")
        elif keyword == "if":
            branch = "then" if _fits(value, wanted, root) else "else"
            _check(value, rule.get(branch, {}), root, path)
        elif keyword in ("then", "else"):
            continue  # With their "if".
        elif keyword == "oneOf":
            _check_one(value, wanted, root, path)
        elif keyword == "anyOf":
            _check_any(value, wanted, root, path)
        elif keyword == "minItems":
            must(len(value) >= wanted, f"must have at least {wanted} elements")
        elif keyword == "maxItems":
            must(len(value) <= wanted, f"must have at most {wanted} elements")
        elif keyword == "items":
            for index, item in enumerate(value):
                _check(item, wanted, root, f"{path}[{index}]")
        elif keyword == "required":
            for key in wanted:
                must(key in value, f"{key} is missing")
        elif keyword == "dependentRequired":
            for key, others in wanted.items():
                must(key not in value or all(other in value for other in others),
                     f"{key} needs {' and '.join(others)}")
        elif keyword == "additionalProperties":
            for key in value:
                must(key in rule["properties"], f"{key} is not known")
        elif keyword == "properties":
            for key in value:
                if key in wanted:
                    _check(value[key], wanted[key], root, f"{path}.{key}" if path else key)
        else:
            assert keyword in ANNOTATIONS, f"the schema uses {keyword}, which is not checked"
