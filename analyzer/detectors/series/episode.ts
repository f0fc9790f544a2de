/**
 * One stretch of time in which a series is off its baseline. It opens with an alarm, stays
 * silent while it lasts, and closes once the series is calm again: alarms mark onsets.
 */
export interface Episode {
  open: boolean;
  openedUnixMs: number;
  /** Time and size of the last alarm that was raised; the size is the natural log of a ratio. */
  alarmedUnixMs: number;
  alarmedEffect: number;
}

const hourMs = 3_600_000;
/** After an alarm a new onset is raised only past this time, or when it is much larger. */
const refractoryMs = 6 * hourMs;
const escalationFactor = 1.5;
/** A shift that lasted this long is the new normal: the baseline takes it over. */
const adoptionMs = 48 * hourMs;

export function createEpisode(): Episode {
  return { open: false, openedUnixMs: 0, alarmedUnixMs: 0, alarmedEffect: 0 };
}

/** Opens the episode; true when the alarm is to be raised, false within the refractory time. */
export function openEpisode(episode: Episode, timeUnixMs: number, effect: number): boolean {
  const first = episode.alarmedUnixMs === 0;
  const rested = timeUnixMs - episode.alarmedUnixMs >= refractoryMs;
  episode.open = true;
  episode.openedUnixMs = timeUnixMs;
  return raise(episode, timeUnixMs, effect, first || rested);
}

/**
 * While open: whether the effect has grown enough to be raised again. In the first hour the size
 * only settles, because an onset is measured together with the good minutes before it.
 */
export function escalateEpisode(episode: Episode, timeUnixMs: number, effect: number): boolean {
  if (timeUnixMs - episode.alarmedUnixMs < hourMs) {
    episode.alarmedEffect = Math.max(episode.alarmedEffect, effect);
    return false;
  }
  return raise(episode, timeUnixMs, effect, false);
}

export function closeEpisode(episode: Episode): void {
  episode.open = false;
}

export function isAdopted(episode: Episode, timeUnixMs: number): boolean {
  return episode.open && timeUnixMs - episode.openedUnixMs >= adoptionMs;
}

function raise(episode: Episode, timeUnixMs: number, effect: number, due: boolean): boolean {
  if (!due && effect < escalationFactor * episode.alarmedEffect) {
    return false;
  }
  episode.alarmedUnixMs = timeUnixMs;
  episode.alarmedEffect = effect;
  return true;
}
