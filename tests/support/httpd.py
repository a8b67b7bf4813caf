# SPDX-License-Identifier: ISC
"""An Apache httpd of our own (event MPM), with every mount that we support.

For each kind (proxy: mod_proxy_fcgi to a listener, fcgid: mod_fcgid, cgi:
plain CGI by mod_cgid) there are three mounts: /KIND with no user, /KIND-user
whose Basic user is trusted, /KIND-auth whose user is not (no
NIGHTDROP_TRUST_USER).  Any password will do: who somebody is, is the server's
business, and not what we test.

/KIND-own is the queue "own" at a URL of its own, and /script a plain CGI
script of the same machine: the file that Apache.script() was given.
"""
import signal

from . import place, process
from .server import Server

KINDS = ("proxy", "fcgid", "cgi")
USER = "www-data"

MODULES = """mpm_event authn_core authn_anon auth_basic authz_core authz_user
alias env proxy proxy_fcgi fcgid cgid""".split()

SERVER = """
ServerRoot "{home}"
DefaultRuntimeDir "{home}"
PidFile "{home}/pid"
ServerName localhost
Listen 127.0.0.1:{port}
{identity}
ErrorLog "{home}/error.log"
LogLevel info
Timeout 120
GracefulShutdownTimeout 15
StartServers 1
ServerLimit 4
ThreadsPerChild 64
MaxRequestWorkers 256
KeepAlive On
MaxKeepAliveRequests 0
AllowEncodedSlashes NoDecode
DocumentRoot "{home}/empty"
FcgidIPCDir "{home}/fcgid"
FcgidProcessTableFile "{home}/fcgid/table"
FcgidMaxProcesses 4
FcgidMaxRequestLen 4294967296
FcgidIOTimeout 60
ScriptSock "{home}/cgid.sock"
<Directory />
  Require all denied
</Directory>
<Directory "{home}/bin">
  Require all granted
  Options +ExecCGI
  CGIPassAuth On
</Directory>
<Directory "{home}/bin/fcgid">
  SetHandler fcgid-script
</Directory>
<Directory "{home}/bin/cgi">
  SetHandler cgi-script
</Directory>
ScriptAlias "/script" "{home}/bin/cgi/script"
"""

# enablereuse is off, as it is by default: the responder closes after each
# answer anyway.
MOUNT = {
    "proxy": """
ProxyPass "{path}" "unix:{listener}|fcgi://localhost{path}" timeout=120
""",
    "fcgid": """
ScriptAlias "{path}" "{home}/bin/fcgid/{program}"
""",
    "cgi": """
ScriptAlias "{path}" "{home}/bin/cgi/{program}"
""",
}
LOCATION = """
<Location "{path}">
  SetEnv NIGHTDROP_PREFIX {path}
  {access}
</Location>
"""
# What moves a CGI script into the night; where the script ends, mod_proxy_fcgi
# does not know by itself.
OWN = """
<Location "{path}">
  SetEnv NIGHTDROP_QUEUE own
  {ends}
  SetEnv NIGHTDROP_PREFIX /{kind}
  Require all granted
</Location>
"""
ANYBODY = "CGIPassAuth On\n  Require all granted"
SOMEBODY = """AuthType Basic
  AuthName test
  AuthBasicProvider anon
  Anonymous "*"
  Anonymous_NoUserID Off
  Anonymous_MustGiveEmail Off
  Require valid-user"""
ACCESS = {
    "": ANYBODY,
    "-user": SOMEBODY + "\n  SetEnv NIGHTDROP_TRUST_USER 1",
    "-auth": SOMEBODY,
}


class Apache(Server):
    """environment: what the programs that Apache starts are told."""

    def __init__(self, base, program, listener, environment, name="httpd"):
        self.home = place.directory(base, name)
        self.listener = listener
        self.environment = environment
        self.program = program.name
        self.started_programs = set()
        place.directory(self.home, "empty")
        place.directory(self.home, "fcgid", USER)
        programs = place.directory(self.home, "bin")
        for kind in ("fcgid", "cgi"):
            copy = place.directory(programs, kind) / program.name
            copy.write_bytes(program.read_bytes())
            copy.chmod(0o755)

    def configuration(self):
        identity = f"User {USER}\nGroup {USER}" if place.ROOT else ""
        text = "".join(
            f"LoadModule {m}_module {place.HTTPD_MODULES}/mod_{m}.so\n"
            for m in MODULES)
        text += SERVER.format(home=self.home, port=self.port,
                              identity=identity)
        for name, value in self.environment.items():
            text += f'FcgidInitialEnv {name} "{value}"\n'
            text += f'SetEnv {name} "{value}"\n'
        for kind in KINDS:  # the longer path first: ScriptAlias is a prefix
            for suffix in ("-own", "-user", "-auth", ""):
                text += self.mount(kind, suffix)
        return text

    def mount(self, kind, suffix):
        path = f"/{kind}{suffix}"
        ends = f"SetEnv NIGHTDROP_SCRIPT_NAME {path}"
        location = OWN if suffix == "-own" else LOCATION
        return (MOUNT[kind] + location).format(
            path=path, kind=kind, home=self.home, listener=self.listener,
            program=self.program, access=ACCESS.get(suffix),
            ends=ends if kind == "proxy" else "")

    def script(self, program):
        """Serve a copy of this file as the CGI script /script."""
        copy = self.home / "bin/cgi/script"
        copy.write_bytes(program.read_bytes())
        copy.chmod(0o755)

    def command(self, path):
        return [place.HTTPD, "-d", self.home, "-f", path, "-DFOREGROUND"]

    def graceful(self):
        self.process.send_signal(signal.SIGUSR1)

    def stop(self, how=signal.SIGTERM, seconds=30):
        self.programs()
        super().stop(how, seconds)

    def errors(self):
        return (self.home / "error.log").read_text(errors="replace")

    def programs(self):
        """Pids of the responders that our mod_fcgid has started.

        Looked for among our own descendants only; those found are remembered,
        because the end of httpd makes them somebody else's children.
        """
        if self.process is not None:
            path = str(self.home / "bin/fcgid" / self.program)
            for pid in process.descendants(self.process.pid):
                if process.executable(pid) == path:
                    self.started_programs.add(pid)
        return [p for p in self.started_programs if process.alive(p)]
