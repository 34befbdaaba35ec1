/**
 * What else the machine did while something was measured: times of a machine that is shared mean little without it. Counted, not sampled:
 * busy time of all processors less that of this process, over the time that passed.
 */
import { availableParallelism, cpus } from "node:os";

export interface Load {
  readonly processors: number;
  /** Processor seconds that this process used: all of its threads, whatever else ran. */
  readonly used: number;
  /** Processors kept busy by other programs, on average. */
  readonly others: number;
}

/** Milliseconds that all processors together have been busy since the machine started. */
const busy = (): number => cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);

/** Milliseconds that the threads of this process have been busy. */
function own(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Starts counting; what it returns says what the load has been since. */
export function loadMeter(): () => Load {
  const [started, busyBefore, ownBefore] = [performance.now(), busy(), own()];
  return () => {
    const used = own() - ownBefore;
    const others = (busy() - busyBefore - used) / (performance.now() - started);
    // Ticks of the system's clock are coarser than this process's own.
    return { processors: availableParallelism(), used: used / 1000, others: Math.max(0, others) };
  };
}

export const loadText = ({ processors, others }: Load): string => `${others.toFixed(1)} of ${processors}`;
