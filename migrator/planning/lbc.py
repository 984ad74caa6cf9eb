"""The running AWS Load Balancer Controller, as checks see it too."""

from __future__ import annotations

from migrator.checks.lbc import Lbc as Lbc
from migrator.checks.lbc import Version as Version
from migrator.checks.lbc import running as running
