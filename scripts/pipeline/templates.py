"""
The generator's templates, with what they lack put in by replacements that have to match.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import PipelineError

NULL_IS_ABSENT = """\
{% set nullless = namespace(names=[]) %}
{% for property in model.optional_properties %}
{% set type_words = (property.get_type_string(no_optional=True) | as_unembedded_code).split(" ") %}
{% if "None" not in type_words and "Any" not in type_words %}
{% set nullless.names = nullless.names + ['"' + (property.name | in_double_quote_literal) + '"'] %}
{% endif %}
{% endfor %}
{% if nullless.names %}
        d = dict(src_dict)
        if None in d.values():
            d = {k: v for k, v in d.items() if v is not None or k not in { {{- nullless.names | join(", ") -}} }}
{% else %}
        d = dict(src_dict)
{% endif %}
"""
"""
The service sent null for fields that are merely optional (service.md B.2, G.4): that is read as absent.
"""

ENUM_DOCSTRING = """\
{% from "helpers.jinja" import docstring %}
from enum import StrEnum

class {{ enum.class_info.name }}(StrEnum):
    {{ docstring((enum.description or "") | safe_for_docstring | wordwrap(112) ~ "\n") | indent(4) }}

"""
"""
The generator leaves out what an enum says about itself.
"""

FIELD_DOCSTRING = """\
        {% set field = (model.data.properties or {}).get(property.name) %}
        {% set type_string = property.get_type_string() | safe_for_docstring %}
        {% if field and field.description %}
        {% set text = property.python_name ~ " (" ~ type_string ~ "): " ~ (field.description | safe_for_docstring) %}
        {% set default = " Default: " ~ (property.default.python_code | safe_for_docstring) ~ "." if property.default %}
        {{ (text ~ default) | wordwrap(112) | indent(12) }}
        {% else %}
        {{ property.to_docstring() | wordwrap(112) | indent(12) }}
        {% endif %}
"""
"""
The generator describes a field that refers to a model with the model's words only.
"""

_IMPORTS_IN_A_CALL = (
    "    {% for lazy_import in model.lazy_imports | sort %}\n"
    "        {{ lazy_import }} # noqa: PLC0415\n"  # the generator's own words
    "    {% endfor %}\n"
)

OTHER_MODELS = """

{% for lazy_import in model.lazy_imports | sort %}
{% if loop.first %}
# Last, for models may need each other.
{% endif %}
{{ lazy_import }}
{% endfor %}
"""
"""
The generator imports other models in each call that makes one, which took a third of the time to read a session.
"""

LAZY_NAMES = """
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    {IMPORTS}

__all__ = (
    {NAMES}
)

_HOMES = {
    {HOMES}
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
    return value
"""
"""
A package that imports each of its names when it is asked for: one call needs three models, not sixteen, and no httpx.
"""


def _for_each_import(line: str) -> str:
    return '{% for import in imports | sort %}{% set words = import.split(" ") %}\n    ' + line + "\n    {% endfor %}"


LAZY_MODELS = (
    "{% if imports %}"
    + LAZY_NAMES.replace("{IMPORTS}", _for_each_import("{{ import }}"))
    .replace("{NAMES}", _for_each_import('"{{ words[3] }}",'))
    .replace("{HOMES}", _for_each_import('"{{ words[3] }}": "{{ words[1] }}",'))
    + "{% endif %}\n"
)

LAZY_PACKAGE = (
    LAZY_NAMES.replace("{IMPORTS}", "from .client import AuthenticatedClient, Client")
    .replace("{NAMES}", '"AuthenticatedClient",\n    "Client",')
    .replace("{HOMES}", '"AuthenticatedClient": ".client",\n    "Client": ".client",')
)

REPLACEMENTS = (
    (
        "models_init.py.jinja",
        """{% for import in imports | sort %}
{{ import }}
{% endfor %}

{% if imports %}
__all__ = (
    {% for all in alls | sort %}
    "{{ all }}",
    {% endfor %}
)
{% endif %}
""",
        LAZY_MODELS,
    ),
    (
        "package_init.py.jinja",
        """from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
""",
        LAZY_PACKAGE,
    ),
    ("model.py.jinja", "        d = dict(src_dict)\n", NULL_IS_ABSENT),
    (
        "model.py.jinja",
        "        {{ property.to_docstring() | wordwrap(112) | indent(12) }}\n",
        FIELD_DOCSTRING,
    ),
    (
        "model.py.jinja",
        """{% for lazy_import in model.lazy_imports | sort %}
{% if loop.first %}
if TYPE_CHECKING:
{% endif %}
  {{ lazy_import }}
{% endfor %}
""",
        "",
    ),
    *(
        ("model.py.jinja", f"    def {signature}:\n{_IMPORTS_IN_A_CALL}", f"    def {signature}:\n")
        for signature in (
            "to_dict(self) -> dict[str, Any]",
            "to_multipart(self) -> types.RequestFiles",
            "from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T",
        )
    ),
    (
        "model.py.jinja",
        "        return key in self.additional_properties\n    {% endif %}\n",
        "        return key in self.additional_properties\n    {% endif %}\n" + OTHER_MODELS,
    ),
    ("str_enum.py.jinja", "from enum import StrEnum\n\nclass {{ enum.class_info.name }}(StrEnum):\n", ENUM_DOCSTRING),
)
"""
Template, what stands there once, what stands there instead.
"""


class TemplateError(PipelineError):
    """
    A template of the generator is not what a replacement was written for.
    """


def write(folder: Path) -> None:
    """
    The changed templates as files in the folder.

    Raises:
        TemplateError: A template does not hold, exactly once, what is to be replaced.
    """
    spec = find_spec("openapi_python_client")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    originals = Path(spec.submodule_search_locations[0]) / "templates"
    for name in {name for name, _, _ in REPLACEMENTS}:
        shutil.copyfile(originals / name, folder / name)
    for name, old, new in REPLACEMENTS:
        text = (folder / name).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise TemplateError(f"openapi-python-client's {name} changed; see {Path(__file__).name}: {old.strip()!r}")
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
