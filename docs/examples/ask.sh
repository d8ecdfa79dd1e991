#!/bin/sh
# Questions with curl. UPR_API names another installation.
set -eu
API=${UPR_API:-http://127.0.0.1:8000/api/v1}

# Recommendations of a State that are in progress, two to a page.
curl --fail --silent --show-error "$API/recommendations/?state=KAZ&status=in_progress&page_size=2"

# The same again: nothing is sent where nothing has changed.
curl --fail --silent --show-error --etag-save etag.txt -o page.json "$API/recommendations/?state=KAZ"
curl --fail --silent --show-error --etag-compare etag.txt -o again.json -w '\n%{http_code}\n' "$API/recommendations/?state=KAZ"

# How many there are by status, and all of them as CSV.
curl --fail --silent --show-error "$API/recommendations/aggregate/?state=KAZ&group_by=status"
curl --fail --silent --show-error --compressed -o recommendations.csv "$API/recommendations.csv?state=KAZ"

# As it stood on a day, and what has changed since the beginning.
curl --fail --silent --show-error "$API/recommendations/?state=KAZ&as_of=2025-06-30&page_size=1"
curl --fail --silent --show-error "$API/changes/?after=0&page_size=5"

# A refusal says what is wrong and what is allowed.
curl --silent --show-error "$API/recommendations/?status=done"
