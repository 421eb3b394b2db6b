/** Searches a folder in a process of its own and prints how that went. Bundled and run by `repositories.ts`. */
import { searchRepositories } from '../../lambda/repositories/search.ts';

const [, , directory = ''] = process.argv;
const { files, uses, failures } = await searchRepositories({ directories: [directory], eyamlCommand: ['false'] })();
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ files, uses: uses.length, failures: failures.length, peakMb }));
