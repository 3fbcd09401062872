"""NotificationAPI's Python package, told by its parent what to do: a call and an answer a line."""

import asyncio
import json
import os
import sys

from notificationapi_python_server_sdk import notificationapi

notificationapi.init(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"], os.environ["BASE_URL"])
for line in sys.stdin:
    name, arguments = json.loads(line)
    answer = asyncio.run(getattr(notificationapi, name)(*arguments))
    print(json.dumps([answer.status_code, answer.text]), flush=True)
