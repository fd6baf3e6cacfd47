"""A small account platform on loopback that really speaks OpenID Connect: codes, PKCE, signed tokens."""

import base64
import hashlib
import json
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "pingxing", "its-secret"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


class AccountPlatform:
    """``person``: the claims about the person at the browser. ``forger``: signs with another key; ``unsigned``: issues
    no signed token, and names the person at another address."""

    def __init__(self) -> None:
        self.key, self.other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
        self.person: dict[str, Any] = {}
        self.forger = self.unsigned = False
        self.codes: dict[str, dict[str, str]] = {}
        self.server = make_server("127.0.0.1", 0, self.answer, handler_class=Quiet)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        given = {name: values[0] for name, values in parse_qs(body or environ["QUERY_STRING"]).items()}
        pages = {
            "/.well-known/openid-configuration": self.configuration,
            "/authorize": self.authorize,
            "/token": self.token,
            "/keys": self.keys,
            "/userinfo": lambda _given: ("200 OK", [], self.person),
        }
        status, headers, said = pages[environ["PATH_INFO"]](given)
        start_response(status, [("Content-Type", "application/json"), *headers])
        return [json.dumps(said).encode()]

    def configuration(self, _given: dict[str, str]) -> tuple:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        places["userinfo_endpoint"] = "userinfo"
        said = {"issuer": self.address} | {name: f"{self.address}/{place}" for name, place in places.items()}
        return "200 OK", [], said | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    def authorize(self, given: dict[str, str]) -> tuple:
        assert (given["client_id"], given["response_type"], given["code_challenge_method"]) == (CLIENT, "code", "S256")
        assert given["scope"] == "openid"
        code = secrets.token_urlsafe()
        self.codes[code] = given
        back = f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"
        return "302 Found", [("Location", back)], {}

    def token(self, given: dict[str, str]) -> tuple:
        asked = self.codes.pop(given["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest())
        assert challenge.rstrip(b"=").decode() == asked["code_challenge"]
        assert (given["client_id"], given["client_secret"]) == (CLIENT, SECRET)
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60} | self.person
        signed = jwt.encode(claims, self.other if self.forger else self.key, "RS256", headers={"kid": "1"})
        said = {"access_token": "a", "token_type": "Bearer", "expires_in": 60}
        return "200 OK", [], said if self.unsigned else said | {"id_token": signed}

    def keys(self, _given: dict[str, str]) -> tuple:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return "200 OK", [], {"keys": [key | {"kid": "1", "use": "sig", "alg": "RS256"}]}
