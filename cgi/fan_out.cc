#include "cgi/fan_out.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>
#include <utility>

#include "cgi/draft_problem.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

// It is what is sent that is wrong, or we are: the same for every recipient.
bool ConcernsAll(DraftProblem problem) {
  return problem == DraftProblem::kEmptyText ||
         problem == DraftProblem::kInvalidUtf8 ||
         problem == DraftProblem::kTooFarAhead ||
         problem == DraftProblem::kCallbackNotAllowed ||
         problem == DraftProblem::kUnknownModem ||
         problem == DraftProblem::kInternal;
}

Json ErrorJson(const FanOut& fan_out, const FanOut::Refusal& refusal) {
  return {{"to", Shown(fan_out.recipients[refusal.place])},
          {"code", refusal.code},
          {"detail", refusal.detail}};
}

Json ErrorsJson(const FanOut& fan_out, const IntakeOutcome& outcome) {
  std::vector<std::pair<std::size_t, Json>> errors;
  for (const auto& refusal : fan_out.refused) {
    errors.emplace_back(refusal.place, ErrorJson(fan_out, refusal));
  }
  for (const auto place : outcome.opted_out) {
    errors.emplace_back(
        fan_out.places[place],
        ErrorJson(fan_out, {fan_out.places[place], "recipient_opted_out",
                            RecipientOptedOut().error().message}));
  }
  for (const auto& [place, first] : outcome.duplicates) {
    Json error = ErrorJson(
        fan_out, {fan_out.places[place], "duplicate",
                  "the same text was sent to this number a moment ago"});
    error["id"] = ToString(first);
    errors.emplace_back(fan_out.places[place], std::move(error));
  }
  std::ranges::stable_sort(errors, {}, [](const auto& e) { return e.first; });
  Json list = Json::array();
  for (auto& [place, error] : errors) list.push_back(std::move(error));
  return list;
}

Response AllRefused(const FanOut& fan_out, const IntakeOutcome& outcome) {
  return Problem(422, "no_recipient_accepted",
                 "none of the recipients can be sent to; nothing was taken",
                 Json{{"rejected", fan_out.recipients.size()},
                      {"errors", ErrorsJson(fan_out, outcome)}});
}

bool AreAllTheSame(const std::vector<DraftError>& faults) {
  return !faults.empty() &&
         std::ranges::count(faults, faults.front()) == std::ssize(faults);
}

// Which of the messages the store took.
std::vector<bool> Taken(const Intake& intake, const IntakeOutcome& outcome) {
  std::vector<bool> taken(intake.messages.size(), true);
  for (const auto place : outcome.opted_out) taken[place] = false;
  for (const auto& duplicate : outcome.duplicates) {
    taken[duplicate.place] = false;
  }
  return taken;
}

}  // namespace

std::expected<FanOut, Response> SpreadOut(DraftRequest request,
                                          const Config& config,
                                          RecipientParser& recipients,
                                          SendingWindows& windows,
                                          Random& random, Intake* intake) {
  FanOut fan_out{.recipients = std::move(*request.recipients)};
  std::vector<DraftError> faults;  // of what is sent, not of a number
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < fan_out.recipients.size(); ++i) {
    request.draft.to = fan_out.recipients[i];
    request.draft.client = intake->client;
    auto message = MakeMessage(request.draft, config, recipients, windows,
                               intake->now, random);
    if (!message && ConcernsAll(message.error().problem)) {
      return std::unexpected(
          ProblemOf(message.error(), config.message, kJsonFields));
    }
    if (!message) {
      const DraftError& error = message.error();
      fan_out.refused.push_back(
          {i, std::string(ToString(error.problem)), error.message});
      if (FieldOf(error) != "to") faults.push_back(error);
    } else if (!seen.insert(message->recipient).second) {
      fan_out.refused.push_back(
          {i, "duplicate_recipient", "this number is in the list before"});
    } else {
      fan_out.places.push_back(i);
      intake->messages.push_back(std::move(*message));
    }
  }
  if (intake->messages.empty()) {
    return std::unexpected(
        AreAllTheSame(faults)
            ? ProblemOf(faults.front(), config.message, kJsonFields)
            : AllRefused(fan_out, {}));
  }
  intake->batch =
      BatchStep{.id = MakeUuidV7(intake->now, random),
                .rejected = static_cast<std::int64_t>(fan_out.refused.size())};
  return fan_out;
}

// Numbers and ids are written as they are: a list of 10,000 is short work.
Response FanOutAnswer(const FanOut& fan_out, const Intake& intake,
                      const IntakeOutcome& outcome) {
  const auto taken = Taken(intake, outcome);
  const auto accepted =
      static_cast<std::size_t>(std::ranges::count(taken, true));
  if (accepted == 0 && outcome.duplicates.empty()) {
    return AllRefused(fan_out, outcome);
  }
  const std::string batch = ToString(intake.batch->id);
  std::string text =
      "{\"batch\":\"" + batch + "\",\"accepted\":" + std::to_string(accepted) +
      ",\"rejected\":" + std::to_string(fan_out.recipients.size() - accepted) +
      ",\"messages\":[";
  text.reserve(text.size() + accepted * 80 + 256);
  std::string_view comma;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i]) continue;
    const NewMessage& message = intake.messages[i];
    ((text += comma) += "{\"to\":\"") += message.recipient;
    ((text += "\",\"id\":\"") += ToString(message.id)) += "\"}";
    comma = ",";
  }
  text += "],\"errors\":";
  text += ErrorsJson(fan_out, outcome)
              .dump(-1, ' ', false, Json::error_handler_t::replace);
  Response response = JsonTextResponse(202, text += '}');
  response.headers.emplace_back("Location", "/v1/batches/" + batch);
  return response;
}

}  // namespace smsweb
