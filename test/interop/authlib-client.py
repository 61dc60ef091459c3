# A relying party on Authlib (Debian python3-authlib), told what to do by lines of JSON on stdin.
# Authlib does the protocol; this file only carries bytes, because Debian's package brings no HTTP client.
import json
import sys
import urllib.parse
import urllib.request

from authlib.common.security import generate_token
from authlib.jose import JsonWebKey, jwt
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken

setup = json.loads(sys.argv[1])


class Answer:
    def __init__(self, status, text):
        self.status_code, self.text = status, text

    def json(self):
        return json.loads(self.text)

    def raise_for_status(self):
        if self.status_code >= 500:
            raise RuntimeError(self.text)


class Carrier:
    """What Authlib expects of an HTTP session."""

    def request(self, method, url, data=None, headers=None, auth=None, **_):
        body = urllib.parse.urlencode(data) if isinstance(data, dict) else (data or "")
        headers = dict(headers or {})
        if auth is not None:
            url, headers, body = auth.prepare(method, url, headers, body)
        request = urllib.request.Request(url, body.encode() if method == "POST" else None, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return Answer(reply.status, reply.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode())

    def post(self, url, **kwargs):
        return self.request("POST", url, **kwargs)

    def get(self, url, **kwargs):
        return self.request("GET", url, **kwargs)


carrier = Carrier()
metadata = carrier.get(setup["issuer"] + "/.well-known/openid-configuration").json()
keys = JsonWebKey.import_key_set(carrier.get(metadata["jwks_uri"]).json())
client = OAuth2Client(
    carrier,
    client_id=setup["client_id"],
    client_secret=JsonWebKey.import_key(setup["private_jwk"]),
    token_endpoint_auth_method="private_key_jwt",
    scope="openid tn.level",
    redirect_uri=setup["redirect_uri"],
    code_challenge_method="S256",
)
client.register_client_auth_method(PrivateKeyJWT(setup.get("audience") or metadata["token_endpoint"], alg="ES256"))
pending = {}


def depart(parameters):
    pending["verifier"], pending["nonce"] = generate_token(48), generate_token()
    url, pending["state"] = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=pending["verifier"], nonce=pending["nonce"], **parameters
    )
    return url


def arrive(callback):
    token = client.fetch_token(
        metadata["token_endpoint"],
        authorization_response=callback,
        state=pending["state"],
        code_verifier=pending["verifier"],
    )
    claims = jwt.decode(
        token["id_token"],
        keys,
        claims_cls=CodeIDToken,
        claims_options={"iss": {"value": setup["issuer"]}},
        claims_params={"nonce": pending["nonce"], "client_id": setup["client_id"]},
    )
    claims.validate()
    headers = {"authorization": "Bearer " + token["access_token"]}
    info = carrier.get(metadata["userinfo_endpoint"], headers=headers).json()
    return {"claims": dict(claims), "userinfo": info, "token": dict(token)}


for line in sys.stdin:
    task = json.loads(line)
    try:
        answer = depart(task["depart"]) if "depart" in task else arrive(task["arrive"])
        print(json.dumps({"answer": answer}), flush=True)
    except Exception as error:  # whatever Authlib says of a refusal goes back to the test
        print(json.dumps({"refused": type(error).__name__ + ": " + str(error)}), flush=True)
