/** Files that hold secrets or let their reader become someone else. */
const secretFile =
  /\/etc\/g?shadow\b|\/etc\/sudoers|\/etc\/(?:krb5\.keytab|ssl\/private)|\.ssh\/(?!config\b|known_hosts\b)|(?:^|[/"'=@\s])id_(?:rsa|dsa|ecdsa|ed25519)\b(?!\.pub)|\.aws\/credentials|\.config\/gcloud|\.azure\/|\.kube\/config|\.docker\/config\.json|\.npmrc\b|\.pypirc\b|\.netrc\b|\.git-credentials|\.gnupg\/|\.pgpass\b|\.vault-token|(?:^|[/"'=@\s])\.env(?:\.(?!example|sample|template)\w+)?(?=$|["'\s;|)])|\/proc\/(?:self|\d+|\$\w+|\*)\/environ|\/var\/run\/secrets\/|\/run\/secrets\/|credentials\.json|service[-_]account\w{0,20}\.json|wallet\.dat|(?:login|cookies)\.sqlite|\/Login Data\b|\.(?:pem|p12|pfx|keystore|jks)(?=$|["'\s;|)])/i;

/** Files that describe accounts and how the machine is guarded. */
const accountFile =
  /\/etc\/(?:passwd|group|security\/|ssh\/|pam\.d\/|login\.defs|hosts\.(?:allow|deny)|crypttab)|\/(?:root|var\/lib)\/[\w./-]{0,60}(?:history|master\.passwd)|\/root\/\.(?!cache)|group\.master|passwd\.master|\/var\/log\/(?:auth|secure|lastlog|wtmp|btmp)/;

const systemFolder =
  /^\/(?:etc|bin|sbin|lib|lib32|lib64|libx32|boot|dev|proc|sys|root|usr(?!\/local\b)|var\/(?:lib|spool|log|run|mail|backups)|System|Library)(?=\/|$|\*)/;

/** Exactly a top folder, a home folder, or everything in one. */
const broadTarget =
  /^(?:\/|\/\*|\.|\.\/|\.\/\*|\*|~\/?\*?|\$\{?HOME\}?\/?\*?|\/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|usr|var|mnt|Users)(?:\/\*?|)|\/home\/[\w$-]+\/?\*?|[A-Z]:\\\\?\*?)$/;

export function readsSecretFile(text: string): boolean {
  return secretFile.test(text);
}

export function readsAccountFile(text: string): boolean {
  return accountFile.test(withoutClimbing(text));
}

/** True if a text names a file of the system's configuration, state or logs. */
export function mentionsSystemFile(text: string): boolean {
  return /(?:^|[@\s"'=(<])\/(?!etc\/(?:os-release|hosts|hostname|resolv\.conf|timezone|debian_version|lsb-release|nginx\/|issue)|proc\/(?:cpuinfo|meminfo|version|uptime|loadavg|\d+\/stat)|root\/\.cache)(?:etc|root|proc|sys|boot|var\/(?:log|lib|spool|mail))\/[\w.-]/.test(
    text,
  );
}

export function isSystemPath(path: string): boolean {
  const plain = withoutClimbing(path);
  return (
    systemFolder.test(plain) &&
    !/^\/dev\/(?:null|stdout|stderr|tty|fd|shm|zero|u?random)/.test(plain)
  );
}

export function isBroadTarget(path: string): boolean {
  return broadTarget.test(path);
}

/** True for a path that leaves its folder for a system folder: `/usr/../etc/shadow`. */
export function climbsIntoSystem(text: string): boolean {
  return /(?:\/[\w.-]+){0,8}(?:\/?\.\.\/){1,12}(?:etc|root|proc|sys|boot|home|var)\//.test(text);
}

function withoutClimbing(path: string): string {
  let plain = path;
  for (let step = 0; step < 8 && plain.includes("/../"); step += 1) {
    plain = plain.replace(/\/[^/\s]{1,60}\/\.\.\//, "/");
  }
  return plain;
}
