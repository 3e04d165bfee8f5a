"""The services that the other tests lean on are real ones."""
from __future__ import annotations

import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

import psycopg
import pytest
import redis

from tests.services import LEASH, postgres_database, private_redis, redis_answers, wait_until


@pytest.mark.postgres
def test_a_postgresql_server_gives_each_asker_a_database(postgres_url):
    with postgres_database(postgres_url, f"hoso_probe_{os.getpid()}") as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 'Hồ sơ'").fetchone() == ("Hồ sơ",)


@pytest.mark.redis
def test_a_redis_server_keeps_what_it_is_given(redis_url):
    client = redis.Redis.from_url(redis_url)
    client.set("hoso-probe", "1", ex=5)
    assert client.get("hoso-probe") == b"1"
    client.close()


def test_a_message_reaches_the_sink_as_sent(smtp_sink):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hoso@example.vn", "lan@example.vn", "Hồ sơ đã tiếp nhận"
    message.set_content("Xin chào bà Lan")
    with SMTP(smtp_sink.env["EMAIL_HOST"], int(smtp_sink.env["EMAIL_PORT"])) as wire:
        wire.send_message(message)
    (received,) = smtp_sink.messages
    assert received.recipients == ("lan@example.vn",)
    assert received.message["Subject"] == "Hồ sơ đã tiếp nhận"
    assert received.message.get_content().strip() == "Xin chào bà Lan"


def test_a_sink_told_to_refuse_refuses(smtp_sink):
    smtp_sink.refuse = 451
    with SMTP(smtp_sink.env["EMAIL_HOST"], int(smtp_sink.env["EMAIL_PORT"])) as wire:
        wire.helo("one-stop")
        wire.mail("a@example.vn")
        wire.rcpt("b@example.vn")
        assert wire.data("x")[0] == 451
    assert smtp_sink.messages == []


@pytest.mark.redis
def test_a_private_redis_ends_when_asked(redis_url):
    server = private_redis(Path("redis-server"))
    assert redis_answers(server.url)
    server.stop()
    assert not redis_answers(server.url)


def test_a_leashed_process_dies_with_its_parent(tmp_path):
    script = (
        "import os, pathlib, subprocess, time\n"
        f"child = subprocess.Popen({[*LEASH, 'sleep', '60']!r})\n"
        "while not pathlib.Path(f'/proc/{child.pid}/cmdline').read_bytes().startswith(b'sleep'): time.sleep(0.05)\n"
        "print(child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    wait_until(lambda: not Path(f"/proc/{done.stdout.strip()}").exists(), "the end of the process", 5)


@pytest.mark.browser
def test_chromium_opens_a_page(browser):
    page = browser.new_page()
    page.set_content("<h1>Hồ sơ</h1>")
    assert page.inner_text("h1") == "Hồ sơ"
    page.close()


@pytest.mark.office
def test_libreoffice_says_who_it_is(soffice_path):
    done = subprocess.run([soffice_path, "--version"], capture_output=True, text=True, check=True)
    assert "LibreOffice" in done.stdout
