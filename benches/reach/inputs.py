"""Rows and lists as people have them: F6, F7, F14, F15, I8."""

import json

from rig import case, variants
from scripted import Server, always


def rows_plan(trial, server, path, rows, more=""):
    text = f'[[endpoint]]\nurl = "{server.url}{path}"\nrows = "{rows}"\n{more}'
    return trial.file("plan.toml", text)


@case("F6", "row 10 of 1,000 opens a quote that is never closed")
def open_quote(trial):
    lines = [f"{number},name{number}" for number in range(1, 1001)]
    lines[9] = '10,"name10'
    trial.file("rows.csv", "id,name\n" + "\n".join(lines) + "\n")
    with Server(always()) as server:
        done = trial.run(rows_plan(trial, server, "/{id}", "rows.csv"))
        sent = len(set(server.targets()))
    trial.ended(done, 1, done=999, failed=1)
    trial.equal("targets", sent, 999)
    # The heading is line 1.
    trial.says(done.all_text, "line 11")


@case("F6", "a record that swallows more than 100 lines")
def swallowed(trial):
    lines = [f"{number},name{number}" for number in range(1, 501)]
    lines[9] = '10,"name10'
    lines[299] = '300,"name300'
    trial.file("rows.csv", "id,name\n" + "\n".join(lines) + "\n")
    with Server(always()) as server:
        done = trial.run(rows_plan(trial, server, "/{id}", "rows.csv"))
    trial.right("exit code", done.code == 1, done.code)
    trial.says(done.all_text, "line 11")


@case("F6", "quotes that are closed after a few lines are fine")
def closed_quotes(trial):
    trial.file("rows.csv", 'id,name\n1,"two\nlines, and ""quotes"""\n2,plain\n')
    with Server(always()) as server:
        done = trial.run(rows_plan(trial, server, "/{id}", "rows.csv"))
    trial.ended(done, 0, done=2)


@variants("F6", "a row with {}", [("too few cells", "2"), ("too many cells", "2,b,c")])
def uneven(trial, _, row):
    trial.file("rows.csv", f"id,name\n1,a\n{row}\n3,c\n")
    with Server(always()) as server:
        done = trial.run(rows_plan(trial, server, "/{id}/{name}", "rows.csv"))
    trial.ended(done, 1, done=2, failed=1)
    trial.says(done.all_text, "line 3")


@variants("F6", "{} finds what run would", ["check"])
def check_rows(trial, _):
    trial.file("rows.csv", 'id,name\n1,a\n2,"b\n3,c\n')
    with Server(always()) as server:
        done = trial.check(rows_plan(trial, server, "/{id}", "rows.csv"))
    trial.says(done.all_text, "line 3")
    trial.right("exit code", done.code != 0, done.code)


@case("F6", "check lists the first bad rows, and counts all of them")
def check_counts(trial):
    trial.file("rows.csv", "id\n" + "".join(f'"{number}\n' if number % 2 else f"{number}\n" for number in range(1000)))
    with Server(always()) as server:
        done = trial.check(rows_plan(trial, server, "/{id}", "rows.csv"))
        requests = len(server.requests)
    trial.right("exit code", done.code == 3, done.code)
    trial.says(done.err, "500 of 1,000 rows are bad")
    trial.equal("requests", requests, 0)


@case("F6", "a closed quote around 150 lines is reported by run and check")
def large_record(trial):
    trial.file("rows.csv", 'id,name\n1,"' + "x\n" * 150 + '"\n2,b\n')
    with Server(always()) as server:
        plan = rows_plan(trial, server, "/{id}", "rows.csv")
        done, checked = trial.run(plan), trial.check(plan)
    trial.ended(done, 0, done=2)
    trial.says(done.all_text, "line 2 begins a row of 151 lines")
    trial.says(checked.all_text, "line 2 begins a row of 151 lines")


@variants("F6", "duplicates {}", [("are reported", ""), ("are dropped on request", "--unique")])
def duplicates(trial, _, flag):
    with Server(always()) as server:
        listed = trial.file("list.txt", "".join(f"{server.url}/{number % 7}\n" for number in range(10)))
        done = trial.run(listed, *flag.split())
        sent = len(server.targets())
    trial.equal("requests", sent, 7 if flag else 10)
    trial.says(done.all_text, "3 of 10 rows")


EMPTY = {"rows.csv": "id,x\n1,a\n,b\n3,c\n", "rows.jsonl": '{"id": "1"}\n{"id": ""}\n{"id": "3"}\n', "rows.tsv": "id\tx\n1\ta\n\tb\n3\tc\n"}


@variants("F7", "an empty value in DELETE /orders/{id}, {}", list(EMPTY))
def empty_segment(trial, rows):
    trial.file(rows, EMPTY[rows])
    with Server(always()) as server:
        done = trial.run(rows_plan(trial, server, "/orders/{id}", rows, 'method = "DELETE"\n'))
        targets = sorted(server.targets())
    trial.ended(done, 1, done=2, failed=1)
    trial.equal("targets", targets, ["/orders/1", "/orders/3"])


@variants("F7", "an empty value in {}", [("/a/{id}/b", "/a/{id}/b"), ("/{id}", "/{id}"), ("/a/{id}?x=1", "/a/{id}?x=1"), ("each", None)])
def empty_segment_places(trial, _, path):
    trial.file("rows.csv", EMPTY["rows.csv"])
    with Server(always()) as server:
        if path:
            plan = rows_plan(trial, server, path, "rows.csv")
        else:
            plan = trial.file("plan.toml", f'[[endpoint]]\nurl = "{server.url}/a/{{id}}"\neach = {{ id = ["1", "", "3"] }}\n')
        done = trial.run(plan)
        requests = len(server.requests)
    trial.right("exit code", done.code in (1, 3), done.code)
    trial.right("requests", requests == (2 if done.code == 1 else 0), requests)


@variants("F7", "an empty value is fine {}", [("with allow_empty", "/orders/{id}", "allow_empty = true\n"), ("in a query", "/orders?id={id}", ""), ("in a part of a segment", "/orders/x{id}", "")])
def empty_allowed(trial, _, path, more):
    trial.file("rows.csv", EMPTY["rows.csv"])
    with Server(always()) as server:
        done = trial.run(rows_plan(trial, server, path, "rows.csv", more))
    trial.ended(done, 0, done=3)


DIGITS = ["12345678901234567890123", "1.10", "1e5", "-0", "0.1", "9007199254740993", "123456789012345678.5"]


@variants("F14", "{} in JSON Lines", DIGITS)
def digits(trial, number):
    trial.file("rows.jsonl", f'{{"id":{number}}}\n')
    with Server(always()) as server:
        done = trial.run(rows_plan(trial, server, "/{id}", "rows.jsonl"))
        targets = server.targets()
    trial.ended(done, 0, done=1)
    trial.equal("targets", targets, [f"/{number}"])


@case("F14", "in a JSON body of a plan")
def digits_in_plan(trial):
    text = 'json = {{ p = 1.10, q = 1e3, id = 12345678901234567890 }}\n'
    with Server(always()) as server:
        trial.ended(trial.run(trial.file("plan.toml", f'[[endpoint]]\nurl = "{server.url}/"\n{text.format()}')), 0, done=1)
        bodies = [request.body for request in server.requests]
    trial.equal("bodies", bodies, [b'{"p":1.10,"q":1e3,"id":12345678901234567890}'])


@case("F14", "in a JSON body of a list")
def digits_in_body(trial):
    with Server(always()) as server:
        trial.ended(trial.run(trial.file("list.jsonl", f'{{"url": "{server.url}/", "json": {{"id": 12345678901234567890123, "p": 1.10}}}}\n')), 0, done=1)
        bodies = [request.body.replace(b" ", b"") for request in server.requests]
    trial.equal("bodies", bodies, [b'{"id":12345678901234567890123,"p":1.10}'])


def listed(server, how):
    first, second = {"url": f"{server.url}/1"}, {"url": f"{server.url}/2"}
    return {
        "an array": json.dumps([first, second]),
        "a pretty-printed array": json.dumps([first, second], indent=2),
        "pretty-printed objects": f"{json.dumps(first, indent=2)}\n{json.dumps(second, indent=2)}\n",
        "an array of texts": json.dumps([first["url"], second["url"]]),
        "an array on several lines, with a BOM": "\ufeff" + json.dumps([first, second], indent=4),
    }[how]


HOWS = ["an array", "a pretty-printed array", "pretty-printed objects", "an array of texts", "an array on several lines, with a BOM"]


@variants("F15", "{}", [(f"{how} in {name}", how, name) for how in HOWS for name in ("list.json", "-")])
def arrays(trial, _, how, name):
    with Server(always()) as server:
        text = listed(server, how)
        if name == "-":
            done = trial.run("-", stdin=text)
        else:
            done = trial.run(trial.file(name, text))
        targets = sorted(server.targets())
    trial.ended(done, 0, done=2)
    trial.equal("targets", targets, ["/1", "/2"])


@variants("F15", "a mistake in words: {}", [("a wrong key", '{"ur": "x"}'), ("a number", "[1, 2]"), ("a wrong type", '{"url": "http://127.0.0.1:9/", "headers": 3}'), ("no end", '[{"url": "http://127.0.0.1:9/"')])
def json_mistakes(trial, _, text):
    done = trial.check(trial.file("list.json", text))
    trial.right("exit code", done.code != 0, done.code)
    trial.never_says(done.all_text, "expected struct", "JsonRequest", "missing field", "invalid type", "EOF while", "TOML")


FOREIGN = {
    "HAR": ("a.har", json.dumps({"log": {"version": "1.2", "creator": {"name": "Firefox"}, "entries": [{"request": {"method": "GET", "url": "http://127.0.0.1:9/"}}]}}, indent=2)),
    "Postman": ("c.json", json.dumps({"info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": [{"name": "a", "request": {"method": "GET", "url": "http://127.0.0.1:9/"}}]}, indent=2)),
    "OpenAPI": ("openapi.json", json.dumps({"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {"/": {"get": {}}}}, indent=2)),
    "OpenAPI in YAML": ("openapi.yaml", "openapi: 3.0.0\ninfo:\n  title: t\n  version: '1'\npaths:\n  /:\n    get: {}\n"),
    "Swagger": ("swagger.json", json.dumps({"swagger": "2.0", "info": {"title": "t"}, "paths": {}}, indent=2)),
    "sitemap": ("sitemap.xml", '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n<url><loc>http://127.0.0.1:9/</loc></url>\n</urlset>\n'),
    "k6": ("load.js", "import http from 'k6/http';\nexport default function () { http.get('http://127.0.0.1:9/'); }\n"),
    "curl": ("request.sh", "curl 'http://127.0.0.1:9/' -H 'accept: */*'\n"),
}


@variants("I8", "{}", [(f"{kind}, {verb}", kind, verb) for kind in FOREIGN for verb in ("run", "check")])
def foreign(trial, _, kind, verb):
    name, text = FOREIGN[kind]
    done = trial.program(verb, trial.file(name, text))
    trial.right("exit code", done.code in (2, 3), done.code)
    trial.says(done.err, {"Swagger": ("Swagger", "OpenAPI"), "OpenAPI in YAML": "OpenAPI"}.get(kind, kind))
    trial.never_says(done.err, "TOML")


@variants("I8", "{} from standard input", ["HAR", "Postman", "sitemap"])
def foreign_stdin(trial, kind):
    done = trial.run("-", stdin=FOREIGN[kind][1])
    trial.right("exit code", done.code in (2, 3), done.code)
    trial.says(done.err, kind)


@variants("I8", "{} is imported, checked and run", ["HAR", "Postman", "OpenAPI", "sitemap", "curl"])
def imported(trial, kind):
    name, text = FOREIGN[kind]
    with Server(always()) as server:
        text = text.replace("http://127.0.0.1:9/", f"{server.url}/")
        written = trial.path("urls.txt" if kind == "sitemap" else "plan.toml")
        done = trial.program("import", trial.file(name, text), "-o", written)
        trial.right("exit code of import", done.code == 0, done.code)
        # The description has no server, so its address is a variable.
        env = {"BASE_URL": server.url}
        checked = trial.program("check", written, env=env)
        trial.right("exit code of check", checked.code == 0, checked.code)
        trial.ended(trial.run(written, env=env), 0, done=1)
        targets = server.targets()
    trial.equal("targets", targets, ["/"])


@case("I8", "k6 is refused by import")
def not_imported(trial):
    name, text = FOREIGN["k6"]
    done = trial.program("import", trial.file(name, text))
    trial.right("exit code", done.code == 3, done.code)
    trial.says(done.err, "k6 script, which cannot be imported")
