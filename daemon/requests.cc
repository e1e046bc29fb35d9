#include "daemon/requests.h"

#include <algorithm>
#include <utility>

#include "daemon/ussd.h"

namespace smsweb {
namespace {

// <m> of +CUSD where it is no answer (27.007 § 7.15); null: it is one.
const char* Refusal(int status, bool has_text) {
  switch (status) {
    case 2:
      return has_text ? nullptr : "the network ended it";
    case 3:
      return "another program on the modem has taken the answer";
    case 4:
      return "not supported by the network";
    case 5:
      return "the network did not answer in time";
    default:
      return nullptr;
  }
}

}  // namespace

void Requests::Turn() {
  if (!look_ && !waiting_) return;
  const auto requests = desk_.store.Requests();
  if (!requests) return;
  look_ = false;
  waiting_ = false;
  for (const ModemRequest& request : *requests) {
    if (!TakeUp(request)) waiting_ = true;
  }
}

bool Requests::TakeUp(const ModemRequest& request) {
  const auto is_it = [&](const auto& entry) {
    return entry.second.sequence == request.sequence;
  };
  const auto answered = [&](const ModemRequest& answer) {
    return answer.sequence == request.sequence;
  };
  if (std::ranges::any_of(under_way_, is_it) ||
      std::ranges::any_of(desk_.turn.answers, answered)) {
    return true;
  }
  const auto fail = [&](std::string why) {
    Answer(request.sequence, true, std::move(why));
    return true;
  };
  // A code may cost money: it is not asked twice.
  if (request.taken) {
    return fail(
        "the spooler that was to ask it ended meanwhile: the network "
        "may have been asked");
  }
  if (request.kind != "ussd") return fail("smswebd does not know this request");
  if (!IsUssdCode(request.argument)) {
    return fail("a USSD code is digits, '*' and '#'");
  }
  const auto station =
      std::ranges::find(desk_.stations, request.modem, &Station::name);
  if (station == desk_.stations.end()) return fail("no modem has this name");
  const bool late = desk_.clock.Wall() >= request.expires_at;
  if (late) {
    return fail("the modem did not get to it in time; it is " +
                std::string(ToString(station->modem().state())));
  }
  if (station->modem().state() == ModemState::kFailed) {
    return fail("the modem has failed");
  }
  if (!IsUp(*station) || under_way_.contains(request.modem)) return false;
  const auto form = station->modem().profile().ussd;
  under_way_[request.modem] = {.sequence = request.sequence,
                               .code = EncodeUssd(request.argument, form)};
  desk_.turn.taken.push_back(request.sequence);
  return true;
}

void Requests::Committed() {
  for (Station& station : desk_.stations) {
    const auto asked = under_way_.find(station.name());
    if (asked == under_way_.end()) continue;
    if (!std::exchange(asked->second.committed, true)) {
      Ask(station, asked->second);
    }
  }
}

void Requests::Ask(Station& station, Asked& asked) {
  if (station.modem().RequestUssd(std::move(asked.code), desk_.clock.Mono())) {
    desk_.log.Info("ussd asked", {{"modem", station.name()}});
    return;
  }
  Answer(asked.sequence, true, "the modem is busy with another code");
  under_way_.erase(station.name());
}

void Requests::Hear(Station& station, const ModemEvent& event) {
  const auto asked = under_way_.find(station.name());
  if (asked == under_way_.end()) return;
  const std::int64_t sequence = asked->second.sequence;
  under_way_.erase(asked);
  look_ = true;  // the next may have waited for this one
  desk_.log.Info("ussd done", {{"modem", station.name()},
                               {"answered", event.ussd_answered ? "yes" : "no"},
                               {"detail", event.detail}});
  if (!event.ussd_answered) return Answer(sequence, true, event.detail);
  if (const char* why = Refusal(event.ussd_status, !event.ussd_text.empty())) {
    return Answer(sequence, true, why);
  }
  Answer(sequence, false,
         DecodeUssd(event.ussd_text, event.ussd_dcs,
                    station.modem().profile().ussd));
}

void Requests::Answer(std::int64_t sequence, bool failed, std::string answer) {
  desk_.turn.answers.push_back({.sequence = sequence,
                                .finished = true,
                                .failed = failed,
                                .answer = std::move(answer)});
}

}  // namespace smsweb
