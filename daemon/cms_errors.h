// Who is to blame for a +CMS ERROR (3GPP TS 27.005 § 3.2.5) that came in answer
// to a message: a table, a row a code, with the reason for each.
//
// What the rows go by:
// - the message only where the cause speaks of what the message itself says
//   (its number, its coding): no other try, and no other SIM, changes that;
// - the modem where it speaks of itself, of its SIM or of its settings: another
//   modem may send the same message;
// - nobody where the message may have gone all the same;
// - the network for all the rest: it may pass. Where a cause could mean the
//   sender's SIM or the recipient (28, 30), calling it final would fail each
//   message of a SIM that is out of order; tries are counted, so a number that
//   is wrong ends after a few of them.
#pragma once

#include <cstdint>

namespace smsweb {

enum class CmsBlame : std::uint8_t { kMessage, kNetwork, kModem, kNobody };

struct CmsCause {
  int code;
  CmsBlame blame;
  const char* what;    // for the operator
  const char* reason;  // for that blame
};

// A code that has no row gets that of its range. -1: ERROR without a code.
CmsCause FindCmsCause(int code);

}  // namespace smsweb
