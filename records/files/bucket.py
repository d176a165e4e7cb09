"""Kept files in a bucket of an S3 storage; every failure of the storage is a ``StoreAway`` with its reason.

What S3 guarantees is what is needed: an object is there whole or not at all, and is read as it was written last.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO

from records.files.place import Kept, Place
from records.storage import StoreAway

CHUNK = 1024 * 1024
CONNECT_S, CHECK_S = 3.0, 2.0
PROBE = "probe"  # where a probe is written and removed; no row names a file of it
_ABSENT = {"NoSuchKey", "404", "NotFound"}


class Bucket:
    def __init__(self, place: Place) -> None:
        self.place = place
        self._guard = threading.Lock()
        self._clients: dict[tuple[int, bool], object] = {}

    def _client(self, *, quick: bool = False):
        """One client a process (threads may share it, forks may not); ``quick`` gives up at once."""
        key = (os.getpid(), quick)
        with self._guard:
            if key not in self._clients:
                self._clients[key] = self._made(quick)
            return self._clients[key]

    def _made(self, quick: bool):
        # Half a second and some memory, so only where there is a bucket.
        import boto3
        from botocore.config import Config

        place = self.place
        return boto3.session.Session().client(
            "s3",
            endpoint_url=place.endpoint,
            region_name=place.region,
            aws_access_key_id=place.key_id,
            aws_secret_access_key=place.secret,
            config=Config(
                connect_timeout=min(CHECK_S if quick else CONNECT_S, place.timeout_s),
                read_timeout=min(CHECK_S, place.timeout_s) if quick else place.timeout_s,
                retries={"total_max_attempts": 1 if quick else 2, "mode": "standard"},
                s3={"addressing_style": "path" if place.endpoint else "auto"},
                # Checksums that not every S3 storage knows are sent only where they are asked for.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, name: str, data: bytes) -> None:
        """The storage itself compares the hash before it takes the file."""
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        with self._told(name):
            self._client().put_object(Bucket=self.place.bucket, Key=name, Body=data, ChecksumSHA256=digest)

    def open(self, name: str) -> BinaryIO:
        """The file in a temporary one, which goes when it is closed."""
        file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
        try:
            self.fetch(name, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def fetch(self, name: str, into: BinaryIO) -> None:
        """Write the file's bytes into an open file; they are whole when this returns."""
        with self._told(name):
            answer = self._client().get_object(Bucket=self.place.bucket, Key=name)
            with closing(answer["Body"]) as body:
                for chunk in body.iter_chunks(CHUNK):
                    into.write(chunk)

    def holds(self, name: str) -> bool:
        try:
            with self._told(name):
                self._client().head_object(Bucket=self.place.bucket, Key=name)
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        with self._told(name):
            self._client().delete_object(Bucket=self.place.bucket, Key=name)

    def names(self, beginning: str = "") -> Iterator[Kept]:
        with self._told(beginning):
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=beginning):
                for found in page.get("Contents", ()):
                    if not found["Key"].startswith(f"{PROBE}/"):
                        yield Kept(found["Key"], found["Size"], found["LastModified"])

    def check(self) -> None:
        """StoreAway, within a few seconds, unless the bucket is there and may be asked."""
        with self._told(self.place.bucket):
            self._client(quick=True).head_bucket(Bucket=self.place.bucket)

    def probe(self) -> None:
        """StoreAway unless a file can be written, read back and removed."""
        name, client = f"{PROBE}/{os.urandom(8).hex()}", self._client(quick=True)
        with self._told(name):
            client.put_object(Bucket=self.place.bucket, Key=name, Body=b"probe")
            client.get_object(Bucket=self.place.bucket, Key=name)["Body"].read()
            client.delete_object(Bucket=self.place.bucket, Key=name)

    def lay(self) -> bool:
        """Make the bucket where there is none; whether it was made."""
        from botocore.exceptions import ClientError

        with self._told(self.place.bucket):
            try:
                self._client().head_bucket(Bucket=self.place.bucket)
            except ClientError as error:
                if error.response["Error"]["Code"] not in {"404", "NoSuchBucket", "NotFound"}:
                    raise
                region = self.place.region
                where = {} if region == "us-east-1" else {
                    "CreateBucketConfiguration": {"LocationConstraint": region}
                }  # fmt: skip
                self._client().create_bucket(Bucket=self.place.bucket, **where)
                return True
        return False

    @contextmanager
    def _told(self, name: str):
        """Turn what the client raises into what everybody else knows."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _ABSENT and name != self.place.bucket:
                raise FileNotFoundError(2, "there is no such kept file", name) from error
            raise StoreAway(f"The storage of files refused {name}: {error}") from error
        except (BotoCoreError, HTTPClientError) as error:
            raise StoreAway(f"The storage of files does not answer: {error}") from error
