/** Every ASCII letter thirteen places on: writes rot13 and reads it. */
export function turnLetters(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => {
    const code = letter.charCodeAt(0);
    const base = code & 0x60;
    return String.fromCharCode(base + 1 + ((code - base + 12) % 26));
  });
}
