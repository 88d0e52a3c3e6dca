/** The quiet lines: what happened that is not a message, in one sentence. Pure. */
import type { Body } from '../protocol.ts';
import type { Words } from '../words/en.ts';

export interface Names {
  departmentName(id: string): string;
  dispositionName(code: string): string;
}

/** `null` where a line would say nothing: an offer before its answer is noise once it was accepted. */
export function lineText(body: Body, names: Names, t: Words, time: (at: number) => string): string | null {
  switch (body.kind) {
    case 'started':
      return t.lines.started(names.departmentName(body.department));
    case 'assigned':
      return t.lines.assigned(body.agent.name);
    case 'accepted':
      return t.lines.accepted(body.agent.name);
    case 'returned':
      return body.why === 'agent_gone' ? t.lines.agentGone : t.lines.notAccepted;
    case 'transferred': {
      const department = names.departmentName(body.department);
      return t.lines.transferredTo(body.by.name, body.agent == null ? department : t.lines.agentIn(body.agent.name, department));
    }
    case 'warned':
      return t.lines.warned(time(body.closes_at));
    case 'ended':
      return t.lines.endings[body.ending] ?? t.lines.unknown;
    case 'closed':
      return t.lines.closed(body.disposition == null ? null : names.dispositionName(body.disposition));
    case 'reopened':
      return t.lines.reopened(body.by.name);
    case 'rated':
      return t.lines.rated(body.score);
    case 'message':
    case 'note':
    case 'amended':
      return null;
    default:
      return t.lines.unknown;
  }
}
