export { parseInput, time } from "../../core/http/parse-input.ts";
