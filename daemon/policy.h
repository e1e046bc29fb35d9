// The failure policy, whole and in one place: how an attempt ended, and at
// which attempt, leads to the state that the message goes to, and when it is
// tried again. Pure; the functions are named by whom they blame. Whom a
// +CMS ERROR blames is a table of its own (cms_errors.h).
//
//   how it ended                      to blame     what follows
//   --------------------------------  -----------  -------------------------
//   the PDU never left                the modem    queued, soon
//   +CMS ERROR of the modem's         the modem    queued, and it recovers
//   ... of a message under suspicion  the message  queued, later and later;
//                                                  failed after `most`
//   +CMS ERROR, nothing will help it  the message  failed
//   +CMS ERROR, it may pass           the network  queued, later and later;
//                                                  failed after `most`
//   the PDU left, no answer came, or  nobody       otp, or asked for: queued;
//   one that leaves it open                        else: unknown
//
// A message that a modem calls its own fault comes under suspicion once another
// modem has said the same of it, or that modem has sent others meanwhile: then
// it is tried like one that the network refuses, and no modem recovers for it.
// Where there is nothing to compare with, the modem is believed kFreeFaults
// times. So one message has a modem recover that often at the most. Where the
// modem is to blame, the next try is another's, if one is up.
//
// Where its life would end before another try, the message is expired in place
// of queued. And whatever ends a message of which an earlier try may have gone:
// it is neither failed nor expired, but unknown.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/modem/modem.h"
#include "common/store/message.h"

namespace smsweb {

inline constexpr int kFreeFaults = 3;

struct Attempt {
  MessageClass message_class;
  int number;  // this attempt, from 1
  int most;    // spooler.max_attempts
  WallTime now;
  WallTime expires_at;
  bool in_doubt = false;        // an earlier try may have gone
  bool repeat_unknown = false;  // as its sender wants it; an otp always is
  double jitter = 0;            // from 0 to 1, random
  int modem_faults = 0;         // earlier tries that were the modem's fault
  bool suspect = false;         // since the last of them (above)
};

struct Verdict {
  MessageState next;
  WallTime not_before{};
  bool counts_attempt = true;
  std::string reason;
  bool recover_modem = false;
  bool avoid_modem = false;  // the next try is another modem's, if there is one
};

// What is known of a part whose submit ended so: kUnknown also where the code
// leaves it open. `cms_error` is that of +CMS ERROR (3GPP TS 27.005 § 3.2.5),
// -1 if none.
SubmitResult OutcomeOf(SubmitResult result, int cms_error);

Verdict AfterSubmit(SubmitResult result, int cms_error, const Attempt& attempt);

Verdict BlameModem(const Attempt& attempt);  // it did not take the PDU
Verdict BlameModemFor(int cms_error, const Attempt& attempt);
Verdict BlameMessage(int cms_error, const Attempt& attempt);
Verdict BlameNetwork(int cms_error, const Attempt& attempt);
Verdict BlameNobody(const Attempt& attempt);  // the outcome is unknown

// It ends without this try: `end` is kFailed or kExpired.
Verdict GiveUp(MessageState end, std::string reason, bool in_doubt);

// Nothing was tried: the spooler took the message and let go of it.
Verdict PutBack(WallTime now);

// Some parts went through a modem that is down, and the rest must follow them.
Verdict AwaitModem(WallTime now);

// Nothing is sent at this hour; it is at `opens`, if it lives then.
Verdict AwaitWindow(WallTime opens, WallTime expires_at, bool in_doubt);

// No SIM that could send it has room for it, by its limits.
Verdict AwaitRoom(WallTime now);

// Nobody can say now whether it may be sent.
Verdict AwaitCertainty(WallTime now, std::string reason);

bool IsModemFault(int cms_error);

}  // namespace smsweb
