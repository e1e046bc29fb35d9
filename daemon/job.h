// A message on its way through one modem, part after part.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/config/config.h"
#include "common/store/message.h"

namespace smsweb {

struct JobPart {
  int number;  // from 1
  std::string pdu_hex;
  std::size_t tpdu_length;
};

struct Job {
  Message message;
  std::deque<JobPart> parts;  // those still to be sent
  bool under_way = false;     // the modem has the first of them
  bool lost = false;          // its lease is gone: nothing more is said of it
};

// Encodes the parts that the network has not taken yet through this modem. What
// is left of the message's life becomes the validity period. kInvalid where the
// message can't be written as PDUs.
Result<Job> MakeJob(Message message, const ModemConfig& modem, WallTime now);

// Through which modem its first parts have gone: phones join parts by their
// sender. None: nothing has gone.
std::optional<std::string> BegunOn(const Message& message);

}  // namespace smsweb
