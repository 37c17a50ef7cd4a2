"""A name for a user that this machine does not know, so that Spark starts.

In a container a process may run under a number without a line in /etc/passwd.  Hadoop asks the
system for its user's name as soon as Spark starts, and fails when there is none.  It takes a name
that it is told instead, and then asks nobody.  Knows pyspark's gateway to the JVM and Hadoop's
UserGroupInformation.  Refuses to know who the user is.
"""

import os
import pwd
from typing import Any

NAME = "glue"


def is_nameless() -> bool:
    """Whether the system has no name for the user of this process."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return True
    return False


def tell_spark() -> None:
    """Name the user to every JVM that pyspark starts from now on; imports pyspark if it is there.

    Source: UserGroupInformation.getCurrentUser of Hadoop 3.3 logs in only where no user is set.
    """
    try:
        from pyspark import context, java_gateway
    except ImportError:
        return  # a script that needs it will say so itself
    launch: Any = java_gateway.launch_gateway

    def launch_gateway(*args: Any, **options: Any) -> Any:
        gateway = launch(*args, **options)
        users = gateway.jvm.org.apache.hadoop.security.UserGroupInformation
        users.setLoginUser(users.createRemoteUser(NAME))
        return gateway

    for module in (java_gateway, context):  # the latter has imported the function by its name
        vars(module)["launch_gateway"] = launch_gateway
