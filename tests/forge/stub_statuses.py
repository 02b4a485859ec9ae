"""A stub of the commit statuses of GitHub and GitLab, after their references and the source of GitLab.

GitHub: "Commit statuses", REST API 2022-11-28, and its validation messages. GitLab: "Commits API" of version 18,
`app/services/ci/create_commit_status_service.rb` and the state machine in `app/models/commit_status.rb`.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

Query = dict[str, list[str]]
SHA = "5f" * 20
_PATHS = {
    ("github", "POST"): rf"/repos/birch/net/statuses/{SHA}",
    ("github", "GET"): rf"/repos/birch/net/commits/{SHA}/status",
    ("gitlab", "POST"): rf"/projects/42/statuses/{SHA}",
    ("gitlab", "GET"): rf"/projects/42/repository/commits/{SHA}/statuses",
}
_OPEN = ("pending", "running")


@dataclass(slots=True)
class Statuses:
    """The statuses of a commit, oldest first."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, kind: str, method: str, path: str, query: Query, body: str) -> tuple[int, Any] | None:
        """Status and JSON body of the answer to a request; None for other paths."""
        if not re.fullmatch(_PATHS.get((kind, method), "-"), path):
            return None
        if method == "POST":
            data = json.loads(body)
            return self._github(data) if kind == "github" else self._gitlab(data)
        rows = list(self.shown(kind, query).values())
        size, page = (int(query.get(name, [default])[0]) for name, default in (("per_page", "30"), ("page", "1")))
        cut = rows[(page - 1) * min(size, 100) : page * min(size, 100)]
        return 200, cut if kind == "gitlab" else {"state": "pending", "statuses": cut, "total_count": len(rows)}

    def shown(self, kind: str, query: Query | None = None) -> dict[str, dict[str, Any]]:
        """The newest statuses by name in the requested pipeline. Names on GitHub are case-insensitive."""
        wanted = (query or {}).get("pipeline_id")
        rows = [row for row in self.rows if not wanted or row["pipeline_id"] == int(wanted[0])]
        return {row["context"].lower() if kind == "github" else row["name"]: row for row in rows}

    def _github(self, data: dict[str, str]) -> tuple[int, Any]:
        if data["state"] not in ("error", "failure", "pending", "success"):
            return 422, {"message": "state is not included in the list"}
        if len(data.get("description", "")) > 140:
            return 422, {"message": "description is too long (maximum is 140 characters)"}
        if sum(row["context"].lower() == data["context"].lower() for row in self.rows) >= 1000:
            return 422, {"message": "This SHA and context has reached the maximum number of statuses."}
        self.rows.append(data)
        return 201, data

    def _gitlab(self, data: dict[str, str]) -> tuple[int, Any]:
        name, pipeline, state = data["name"], int(data["pipeline_id"]), data["state"]
        if len(data.get("description", "")) > 255 or len(data.get("target_url", "")) > 255:
            return 400, {"message": "is too long (maximum is 255 characters)"}
        same = [row for row in self.rows if (row["name"], row["pipeline_id"]) == (name, pipeline)]
        if any("job" in row for row in same):
            return 400, {"message": {"name": ["has already been taken"]}}
        found = next((row for row in same if row["status"] in _OPEN), None)
        if state == "pending" and found:
            return 400, {"message": f"Cannot transition status via :enqueue from :{found['status']}"}
        told = {"status": state, "description": data.get("description"), "target_url": data.get("target_url")}
        if found:
            found.update(told)
            return 201, found
        self.rows.append({"id": 500 + len(self.rows), "name": name, "pipeline_id": pipeline, **told})
        return 201, self.rows[-1]
