import { builtinModules } from "node:module";

/** Modules that come with Python 2 or 3, or with an interpreter's platform, and are on no index. */
const pythonModules = new Set(
  "abc argparse array ast asyncio base64 bisect builtins calendar cmath codecs collections configparser contextlib copy cprofile csv ctypes datetime decimal difflib dis email errno functools gc getopt getpass glob gzip hashlib heapq hmac html httplib imaplib importlib inspect io itertools json keyword linecache locale logging lzma marshal math mimetypes mmap multiprocessing ntpath operator optparse os pdb pickle pickletools pkgutil platform poplib posixpath pprint profile pstats queue random re readline reprlib resource runpy sched select selectors shelve shlex shutil signal smtplib socket socketserver sqlite3 ssl stat statistics string stringio struct subprocess symtable sys sysconfig tarfile tempfile termios textwrap threading time timeit tkinter token tokenize trace traceback tty types unicodedata unittest urllib urllib2 urlparse uuid venv warnings wave weakref winreg xml xmlrpc zipfile zipimport zlib win32api win32con win32gui win32process win32com win32file win32event cstringio".split(
    " ",
  ),
);

const nodeModules = new Set(builtinModules.map((name) => name.replace(/^node:/, "")));

/**
 * True for a module of the language itself, which nobody installs: whoever registers its name
 * waits for those who do.
 */
export function isStandardModule(ecosystem: string, name: string): boolean {
  const plain = name.toLowerCase();
  if (ecosystem === "npm") {
    // Names of which the registry has harmless packages of long standing.
    return (
      nodeModules.has(plain) &&
      !/^(?:assert|buffer|events|url|util|process|punycode|querystring|stream|path|constants|string_decoder|timers|console|crypto|os|vm|domain|http|https|zlib|fs|net|tls|tty|sys)$/.test(
        plain,
      )
    );
  }
  return ecosystem === "pypi" && pythonModules.has(plain);
}
