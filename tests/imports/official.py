"""The official files that tests read in place; where they are missing, those tests are skipped and say so."""

import pytest
from django.conf import settings

OFFICIAL = settings.BASE_DIR.parent / "shared" / "data" / "official"
S48 = OFFICIAL / "svn_s48_thematic_list.docx"
S20 = OFFICIAL / "svn_s20_thematic_list.docx"

needs_official = pytest.mark.skipif(not S48.is_file(), reason="the official documents (../shared/data) are not here")
