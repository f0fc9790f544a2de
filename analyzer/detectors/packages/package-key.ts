/** A name as its registry compares it: PyPI ignores case and the kind of separator (PEP 503). */
export function packageKey(ecosystem: string, name: string): string {
  const plain = name.trim().toLowerCase();
  return ecosystem === "pypi" ? plain.replaceAll(/[-_.]{1,40}/g, "-") : plain;
}
