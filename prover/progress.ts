/** Long work reports through this; a front end decides how to show it. */
export interface Progress {
  /** `done` of `total` steps of `stage` are finished. */
  (stage: string, done: number, total: number): void;
}

export const silent: Progress = () => {};
