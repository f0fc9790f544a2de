/** One commit as `git log` prints it in `logFormat` with `-z --name-only`. */
export interface LoggedCommit {
  readonly revision: string;
  readonly parents: readonly string[];
  /** `Name <email>`. */
  readonly author: string;
  /** Committer time: when the commit came to be as it is, after rebases. */
  readonly timeUnixMs: number;
  readonly message: string;
  readonly files: readonly string[];
}

/**
 * Fields end with NUL, which no field can contain, and a commit begins with an empty field,
 * which no file name can be: nothing in a message can look like another field or commit.
 */
export const logFormat = "%x00%H%x00%P%x00%an <%ae>%x00%ct%x00%B%x00";

/** Fields of a commit: the empty mark, five values, and what `-z` adds after the format. */
const fieldCount = 7;

export function parseLog(output: string): LoggedCommit[] {
  const fields = output.split("\0");
  const commits: LoggedCommit[] = [];
  let start = 0;
  while (start + fieldCount <= fields.length) {
    const filesStart = start + fieldCount;
    const mark = fields.indexOf("", filesStart);
    const filesEnd = mark === -1 ? fields.length : mark;
    commits.push(toCommit(fields.slice(start, filesStart), fields.slice(filesStart, filesEnd)));
    start = filesEnd;
  }
  return commits;
}

function toCommit(fields: readonly string[], files: readonly string[]): LoggedCommit {
  const [, revision = "", parents = "", author = "", seconds = "", message = ""] = fields;
  return {
    revision,
    parents: parents === "" ? [] : parents.split(" "),
    author,
    timeUnixMs: Number(seconds) * 1000,
    message: message.trimEnd(),
    // Git ends the format with a line feed before the first file name.
    files: files.map((file, index) => (index === 0 ? file.replace(/^\n/, "") : file)),
  };
}
