// Delivery reports: whose one is, and what it makes of the message. Pure.
//
// A report names a part by TP-MR alone, one octet that each SIM counts round
// and round, and by its recipient. So it is matched by SIM, reference and
// address, to the newest part that fits and had been sent by then. A part whose
// reference is not known (its answer was lost) is taken only where no other
// fits, it is the only one, and the service centre had the message at the time
// at which that part was sent; and not while another part is on its way to that
// address, which may be meant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/store/message.h"
#include "common/store/received.h"
#include "common/store/store.h"

namespace smsweb {

// The same recipient: one may be in international form, the other in national
// form, with or without its trunk prefix.
bool SameAddress(std::string_view a, std::string_view b);

struct ReportedPart {
  const Message* message;
  int number;
};

// `awaiting`: messages with a part that awaits its report and went through the
// report's SIM, with the report's reference or none. `in_flight`: a part is on
// its way there whose reference is not known yet.
std::optional<ReportedPart> FindReported(const NewReport& report,
                                         std::span<const Message> awaiting,
                                         bool in_flight = false);

// The state that follows from what is known of all parts; none: it stays.
std::optional<MessageState> StateFromReports(const Message& message);

// What follows, and why, as a settlement by no report (kNoReport).
Settlement SettleFromReports(const Message& message, WallTime now);

// Matches and marks: changes `message`, so that the next report sees it.
Settlement Settle(const NewReport& report, Message& message, int number,
                  WallTime now);

}  // namespace smsweb
