// A PDU that a modem gave, as the store keeps it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/modem/modem.h"
#include "common/store/received.h"

namespace smsweb {

// What is left to be kept: at the most one of the two. Neither: the network
// wants it thrown away (a message of type 0, a lamp switched on or off).
struct Received {
  std::optional<InboundPart> message;
  std::optional<NewReport> report;
  std::string problem;  // it can't be read: where. Then `message` has its PDU
};

struct Origin {
  std::string modem;
  std::string sim;  // IMSI, or empty
  WallTime at;
};

// What can't be read is nobody's report, and no message; it is kept in the
// inbox as the hex digits that it came as (coding "undecodable"), so that it is
// neither lost nor read again and again.
Received ReadReceived(const std::string& pdu_hex, Incoming incoming,
                      const Origin& origin, Random& random);

// The word of `words` that the text of this message is, whatever its case and
// whatever white space is around it; nothing for one that is only a part, or is
// data.
std::optional<std::string> WordIn(const InboundPart& message,
                                  const std::vector<std::string>& words);

// An international number: only these can be told from all others.
bool IsInternational(std::string_view sender);

}  // namespace smsweb
