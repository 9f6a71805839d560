"""The system calls that decoding needs, and no others.

An allow-list: what is not named answers "not permitted", so an unknown trick fails too. Importing this module
loads libseccomp; it must happen before Landlock, and before any thread exists.
"""

from __future__ import annotations

import ctypes.util
import errno
import os

# pyseccomp looks its library up with ctypes.util, which starts ldconfig and a compiler. The names are fixed.
_find_library = ctypes.util.find_library
ctypes.util.find_library = {"c": "libc.so.6", "seccomp": "libseccomp.so.2"}.get  # type: ignore[assignment]
import pyseccomp  # noqa: E402

ctypes.util.find_library = _find_library

MEMORY = "brk mmap munmap mprotect mremap madvise mlock munlock membarrier mincore"
FILES = (
    "read readv pread64 preadv write writev pwrite64 ftruncate lseek close close_range open openat stat "
    "fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getdents "
    "getdents64 getcwd dup dup2 dup3 fcntl flock fadvise64 ioctl poll ppoll select pselect6 epoll_create1 "
    "epoll_ctl epoll_wait epoll_pwait pipe pipe2 eventfd2"
)
THREADS = (
    "futex futex_waitv set_robust_list get_robust_list rseq set_tid_address sched_yield sched_getaffinity "
    "sched_setaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min "
    "gettid getpid getppid getcpu exit exit_group"
)
SIGNALS = (
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack restart_syscall pause"
)
CLOCKS = (
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage getrandom "
    "getitimer setitimer alarm"
)
SELF = (
    "getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid uname sysinfo "
    "getrlimit arch_prctl umask"
)
ALLOWED = f"{MEMORY} {FILES} {THREADS} {SIGNALS} {CLOCKS} {SELF}".split()
CLONE_THREAD = 0x00010000
TIOCSTI = 0x5412


def confine(*, may_become_another: bool = False) -> None:
    """Load the filter. It holds for this process, every thread it starts, and the program it may become."""
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        if _known(name) and name != "ioctl":
            rules.add_rule(pyseccomp.ALLOW, name)
    rules.add_rule(pyseccomp.ALLOW, "ioctl", pyseccomp.Arg(1, pyseccomp.NE, TIOCSTI))
    # Threads, but no processes. glibc tries clone3 first, whose flags a filter cannot see: "no such call"
    # makes it fall back to clone.
    threads_only = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, CLONE_THREAD)
    rules.add_rule(pyseccomp.ALLOW, "clone", threads_only)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    # A process may end itself (abort) and read or lower its own limits, nobody else's.
    rules.add_rule(pyseccomp.ALLOW, "tgkill", pyseccomp.Arg(0, pyseccomp.EQ, os.getpid()))
    rules.add_rule(pyseccomp.ALLOW, "prlimit64", pyseccomp.Arg(0, pyseccomp.EQ, 0))
    if may_become_another:
        # Which program that may be is for Landlock to say. It is no new process, and the filter stays on it.
        rules.add_rule(pyseccomp.ALLOW, "execve")
    rules.load()


def _known(name: str) -> bool:
    """Older libraries and other architectures lack some names; a missing one is simply not allowed."""
    try:
        pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    except ValueError:
        return False
    return True
