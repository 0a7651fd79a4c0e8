"""Many guarded requests at once from one thread: libcurl's multi interface on epoll, connections kept alive."""

from __future__ import annotations

import os
import select
import time
from typing import Any

import pycurl

from common.http import Request, Response, Transfer

IDLE_CONNECTIONS = 512
EVENTS = {
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}


class Sender:
    """Sends what is submitted and returns what came back. One thread owns it; `wake` may be called from others."""

    def __init__(self) -> None:
        self.multi = multi = pycurl.CurlMulti()
        self.poll = select.epoll()
        self.wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.poll.register(self.wake_fd, select.EPOLLIN)
        self.watched: set[int] = set()
        self.idle: list[Transfer] = []
        self.timer: float | None = None
        self.in_flight = 0
        multi.setopt(pycurl.M_MAXCONNECTS, IDLE_CONNECTIONS)
        multi.setopt(pycurl.M_SOCKETFUNCTION, self.watch)
        multi.setopt(pycurl.M_TIMERFUNCTION, self.set_timer)

    def watch(self, what: int, descriptor: int, multi: object, data: object) -> None:
        """Libcurl says which events of a socket it waits for."""
        if what == pycurl.POLL_REMOVE:
            if descriptor in self.watched:
                self.watched.discard(descriptor)
                self.poll.unregister(descriptor)
        elif what in EVENTS:
            if descriptor in self.watched:
                self.poll.modify(descriptor, EVENTS[what])
            else:
                self.watched.add(descriptor)
                self.poll.register(descriptor, EVENTS[what])

    def set_timer(self, milliseconds: int) -> None:
        """Libcurl says when it wants to be called whatever happens."""
        self.timer = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def submit(self, request: Request, context: Any) -> None:
        """Start a request; `context` comes back with its answer."""
        transfer = self.idle.pop() if self.idle else Transfer()
        transfer.context = context
        transfer.prepare(request)
        self.multi.add_handle(transfer.curl)
        self.in_flight += 1

    def run(self, timeout: float) -> list[tuple[Any, Response]]:
        """Move every request forward, waiting at most `timeout` seconds; return the finished ones."""
        if self.timer is not None:
            timeout = min(timeout, max(0.0, self.timer - time.monotonic()))
        for descriptor, events in self.poll.poll(timeout):
            if descriptor == self.wake_fd:
                os.eventfd_read(self.wake_fd)
                continue
            mask = pycurl.CSELECT_IN if events & (select.EPOLLIN | select.EPOLLHUP) else 0
            mask |= pycurl.CSELECT_OUT if events & select.EPOLLOUT else 0
            mask |= pycurl.CSELECT_ERR if events & select.EPOLLERR else 0
            self.multi.socket_action(descriptor, mask)
        if self.timer is not None and self.timer <= time.monotonic():
            self.timer = None
            self.multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self.finished()

    def finished(self) -> list[tuple[Any, Response]]:
        """Take the requests libcurl is done with."""
        results: list[tuple[Any, Response]] = []
        remaining = 1
        while remaining:
            remaining, succeeded, failed = self.multi.info_read()
            results += [self.release(curl, 0, "") for curl in succeeded]
            results += [self.release(*failure) for failure in failed]
        return results

    def release(self, curl: Any, code: int, message: str) -> tuple[Any, Response]:
        """Take a handle back for the next request."""
        self.multi.remove_handle(curl)
        self.in_flight -= 1
        transfer: Transfer = curl.transfer
        context, transfer.context = transfer.context, None
        response = transfer.response(code, message)
        self.idle.append(transfer)
        return context, response

    def wake(self) -> None:
        """Make a waiting `run` return; safe from any thread."""
        os.eventfd_write(self.wake_fd, 1)

    def close(self) -> None:
        """Close every connection."""
        self.multi.close()
        for transfer in self.idle:
            transfer.curl.close()
        self.poll.close()
        os.close(self.wake_fd)
