import type { Finding } from '../domain/report.ts';
import { type Html, html, lines } from './html-markup.ts';
import { label } from './safe-text.ts';
import { type Link, withoutLinks } from './step-links.ts';
import { notBeforeSentence } from './wording.ts';

/** The step that comes next, or where it is told already: its words, its commands, its links. `number`: the finding's. */
export const nextStepOfFinding = (finding: Finding, number: number, sameAs: number | undefined): Html => {
  if (sameAs !== undefined) {
    return html`<div><h4>Next step</h4><p>As for <a href="#finding-${sameAs + 1}">finding ${sameAs + 1}</a>, the same user.</p></div>`;
  }
  const { prose, links } = withoutLinks(finding.nextStep.text);
  const notBefore = notBeforeSentence(finding);
  return html`<div><h4>Next step</h4><p>${notBefore ? html`<strong>${notBefore}</strong> ` : ''}${prose || 'Nothing to do.'}</p></div>
${commands(finding, number)}
${links.length > 0 ? html`<ul class="links">${links.map(linkItem)}</ul>` : ''}`;
};

const commands = ({ nextStep }: Finding, number: number): Html =>
  nextStep.commands.length === 0
    ? html``
    : html`<div>${nextStep.commands.map(
        (command, at) =>
          html`<div class="command"><pre data-name="command ${at + 1} of finding ${number}"><code>${lines(command)}</code></pre></div>`,
      )}</div>`;

const linkItem = ({ name, url }: Link): Html =>
  html`<li><a href="${url.href}" rel="noreferrer">${name}: ${label(url.host, 80)}</a></li>`;
