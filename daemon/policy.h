// The failure policy, whole and in one place: how an attempt ended, and at
// which attempt, leads to the state that the message goes to, and when it is
// tried again. Pure; the functions are named by whom they blame.
//
//   how it ended                      to blame     what follows
//   --------------------------------  -----------  -------------------------
//   the PDU never left                the modem    queued, soon
//   +CMS ERROR, nothing will help it  the message  failed
//   +CMS ERROR, it may pass           the network  queued, later and later;
//                                                  failed after `most`
//   the PDU left, no answer came      nobody       otp: queued; else: unknown
//
// Where its life would end before another try, the message is expired in place
// of queued; after an unknown outcome, unknown.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/modem/modem.h"
#include "common/store/message.h"

namespace smsweb {

struct Attempt {
  MessageClass message_class;
  int number;  // this attempt, from 1
  int most;    // spooler.max_attempts
  WallTime now;
  WallTime expires_at;
  double jitter = 0;  // from 0 to 1, random
};

struct Verdict {
  MessageState next;
  WallTime not_before{};
  bool counts_attempt = true;
  std::string reason;
};

// `cms_error` is the code of +CMS ERROR (3GPP TS 27.005 § 3.2.5), -1 if none.
Verdict AfterSubmit(SubmitResult result, int cms_error, const Attempt& attempt);

Verdict BlameModem(const Attempt& attempt);
Verdict BlameMessage(int cms_error);
Verdict BlameNetwork(int cms_error, const Attempt& attempt);
Verdict BlameNobody(const Attempt& attempt);  // the outcome is unknown

// Nothing was tried: the spooler took the message and let go of it.
Verdict PutBack(WallTime now);

// Some parts went through a modem that is down, and the rest must follow them.
Verdict AwaitModem(WallTime now);

bool IsMessageFault(int cms_error);

}  // namespace smsweb
