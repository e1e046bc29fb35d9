// One text to many recipients: each gets a message of its own, all of them in
// one batch. What can't be sent is refused recipient by recipient.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "cgi/http.h"
#include "common/base/random.h"
#include "common/message/draft.h"
#include "common/message/draft_json.h"
#include "common/store/store.h"

namespace smsweb {

// What the answer needs besides the messages.
struct FanOut {
  struct Refusal {
    std::size_t place;  // in the list
    std::string code;
    std::string detail;
  };
  std::vector<std::string> recipients;  // the list, as it came
  std::vector<std::size_t> places;      // of each message, in the list
  std::vector<Refusal> refused;         // before the store was asked
};

// Makes a message for each recipient of `request`, and puts them into `intake`,
// whose time and client are set. Or the answer, where nothing is left to send.
std::expected<FanOut, Response> SpreadOut(DraftRequest request,
                                          const Config& config,
                                          RecipientParser& recipients,
                                          SendingWindows& windows,
                                          Random& random, Intake* intake);

Response FanOutAnswer(const FanOut& fan_out, const Intake& intake,
                      const IntakeOutcome& outcome);

}  // namespace smsweb
