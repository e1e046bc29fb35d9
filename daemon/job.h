// A message on its way through one modem, part after part.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/store/message.h"

namespace smsweb {

struct JobPart {
  int number;  // from 1
  std::string pdu_hex;
  std::size_t tpdu_length;
};

struct Job {
  Message message;
  std::deque<JobPart> parts;  // those still to be sent; the first is under way
};

// Encodes the parts that the network has not taken yet. What is left of the
// message's life becomes the validity period. kInvalid where the message can't
// be written as PDUs.
Result<Job> MakeJob(Message message, const std::string& smsc, WallTime now);

}  // namespace smsweb
