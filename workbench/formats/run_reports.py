"""A run as a file for others: JUnit's XML for build servers, one HTML page for people.

What servers and requests said is data: it is escaped, nothing of it runs, and the page loads nothing from anywhere.
"""

import re
from xml.etree import ElementTree

from workbench.model.checks import UNARY
from workbench.model.clock import rfc3339
from workbench.model.run import RequestResult, RunReport

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(report: RunReport) -> bytes:
    """Return a run as JUnit XML: a suite for each request, a case for each assertion, one for its answer.

    Assertions that do not hold are failures; a request without an answer, or that could not be sent, is an error.
    """
    suites = ElementTree.Element("testsuites", name=_clean(report.name), time=_seconds(report.duration_us))
    for result in report.results:
        suites.append(_suite(result))
    if report.ended_early:
        suites.append(_ended_early(report))
    for count in ("tests", "failures", "errors"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n"


def _suite(result: RequestResult) -> ElementTree.Element:
    name = result.name if result.iteration == 1 else f"{result.name} ({result.iteration})"
    suite = ElementTree.Element(
        "testsuite",
        name=_clean(name),
        tests=str(1 + len(result.checks)),
        failures=str(sum(not check.passed for check in result.checks) + _answer_failed(result)),
        errors=str(int(bool(result.failure))),
        time=_seconds(result.duration_us),
        timestamp=rfc3339(result.started_at_us)[:19],
    )
    answer = _case(suite, result, "answer", result.duration_us)
    if result.failure:
        ElementTree.SubElement(answer, "error", message=_clean(result.failure))
    elif _answer_failed(result):
        ElementTree.SubElement(answer, "failure", message=_clean(_answer_reason(result)))
    for check in result.checks:
        asked = check.assertion
        words = [asked.expression, asked.operator, "" if asked.operator in UNARY else asked.value]
        case = _case(suite, result, " ".join(word for word in words if word), 0)
        if not check.passed:
            ElementTree.SubElement(case, "failure", message=_clean(check.message))
    return suite


def _answer_failed(result: RequestResult) -> bool:
    return not result.failure and (bool(result.problems) or (not result.checks and not result.passed))


def _answer_reason(result: RequestResult) -> str:
    return " ".join(result.problems) or result.reason


def _case(suite: ElementTree.Element, result: RequestResult, name: str, duration_us: int) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", name=_clean(name), classname=_clean(result.path), time=_seconds(duration_us)
    )


def _ended_early(report: RunReport) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name="run", tests="1", failures="0", errors="1", time="0.000000")
    case = ElementTree.SubElement(suite, "testcase", name="all requests", classname="run", time="0.000000")
    sent = f"{len(report.results)} of {report.planned} requests were sent."
    ElementTree.SubElement(case, "error", message=_clean(f"{report.ended_early} {sent}"))
    return suite


def _seconds(duration_us: int) -> str:
    return f"{duration_us / 1_000_000:.6f}"


def _clean(text: str) -> str:
    """Return text that XML can hold (XML 1.0, 2.2): control marks become replacement characters."""
    return _NOT_XML.sub("\ufffd", text)


def html_page(report: RunReport) -> str:
    """Return a run as one HTML page that needs nothing else."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(_PAGE).render(report=report, milliseconds=_milliseconds, instant=_instant)
    return _clean(page)


def _milliseconds(duration_us: int) -> str:
    return f"{duration_us / 1000:,.1f} ms"


def _instant(instant_us: int) -> str:
    return rfc3339(instant_us)[:19].replace("T", " ") + " UTC"


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ report.name }}: {{ "passed" if report.passed else "failed" }}</title>
<style>
  :root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; }
  @media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; } }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }
  h1 { font-size: 1.5em; margin-bottom: 0; }
  table { border-collapse: collapse; width: 100%; margin-top: 1.5em; }
  th, td { text-align: left; padding: .35em .6em; border-bottom: 1px solid var(--line); vertical-align: top; }
  td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
  .good { color: var(--good); } .bad { color: var(--bad); }
  ul { margin: .2em 0; padding-left: 1.2em; }
</style>
<h1>{{ report.name }}
  <span class="{{ 'good' if report.passed else 'bad' }}">{{ "passed" if report.passed else "failed" }}</span></h1>
<p>{{ instant(report.started_at_us) }}{% if report.environment %} · environment {{ report.environment }}{% endif %}
 · {{ report.results | length }} of {{ report.planned }} requests sent, {{ report.failed_count }} failed
 · {{ report.checks | length }} {{ "assertion" if report.checks | length == 1 else "assertions" }}
 · {{ milliseconds(report.duration_us) }}</p>
{% if report.ended_early %}
<p class="bad">{{ report.ended_early }}</p>
{% endif %}
{% for problem in report.problems %}
<p>{{ problem }}</p>
{% endfor %}
<table>
<tr><th>#<th>Request<th>Status<th>Time<th>Size<th>Assertions</tr>
{% for result in report.results %}
<tr>
<td class="number">{{ result.iteration }}
<td><span class="{{ 'good' if result.passed else 'bad' }}">{{ "✓" if result.passed else "✗" }}</span>
 {{ result.name }}<br><code>{{ result.method }} {{ result.url or result.path }}</code>
<td class="number">{{ result.status if result.status is not none else "–" }}
<td class="number">{{ milliseconds(result.duration_us) }}
<td class="number">{{ "{:,}".format(result.response_bytes) }} B
<td>{% if result.failure %}<span class="bad">{{ result.failure }}</span>{% endif %}
{% if result.checks or result.problems %}
<ul>
{% for check in result.checks %}
<li class="{{ 'good' if check.passed else 'bad' }}"><code>{{ check.assertion.expression }}
 {{ check.assertion.operator }} {{ check.assertion.value }}</code>
{% if check.message %}
<br>{{ check.message }}
{% endif %}
{% endfor %}
{% for problem in result.problems %}
<li class="bad">{{ problem }}
{% endfor %}
</ul>
{% endif %}
</tr>
{% endfor %}
</table>
</html>
"""
