"""Takes from a process the right to open sockets, so that no file can make a parser call home."""

import contextlib
import ctypes
import errno
import platform
import struct
import sys

# Numbers of the system calls socket and io_uring_setup (which can open sockets too), and the audit architecture.
_MACHINES = {"x86_64": (41, 425, 0xC000003E), "aarch64": (198, 425, 0xC00000B7)}
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EACCES
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32_CALLS = 0x40000000


class _Program(ctypes.Structure):
    """A filter as the kernel takes it: struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def forbid_sockets() -> bool:
    """Make every later attempt of this process and its children to open a socket fail with EACCES.

    Returns:
        False where the system has no such filter (not Linux, another processor, an old kernel); the readers open
        no connection by themselves either way.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    socket_call, ring_call, architecture = machine
    steps = (
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 2, 0, _X32_CALLS),
        (_EQUAL, 1, 0, socket_call),
        (_EQUAL, 0, 1, ring_call),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    code = b"".join(struct.pack("<HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    with contextlib.suppress(OSError, AttributeError):
        control = ctypes.CDLL(None, use_errno=True).prctl
        if control(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            return bool(control(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
    return False
