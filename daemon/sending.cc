#include "daemon/sending.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/secret/sealed_text.h"
#include "common/store/lane.h"
#include "daemon/lanes.h"
#include "daemon/reports.h"
#include "daemon/tariffs.h"

namespace smsweb {
namespace {

constexpr int kMostPutOff = 50;

PartState PartStateOf(SubmitResult result) {
  switch (result) {
    case SubmitResult::kAccepted:
      return PartState::kAccepted;
    case SubmitResult::kRejected:
      return PartState::kRejected;
    case SubmitResult::kNotSubmitted:
      return PartState::kNotSubmitted;
    case SubmitResult::kUnknown:
      return PartState::kUnknown;
  }
  return PartState::kUnknown;
}

// The rest of a message whose first parts have gone follows them; none: it
// stays in its lane.
std::optional<std::string> LaneAfter(const Message& message,
                                     const Verdict& verdict) {
  if (verdict.next != MessageState::kQueued) return std::nullopt;
  const Lane lane = ParseLane(message.lane);
  if (lane.kind == Lane::Kind::kModem) return std::nullopt;
  const auto begun_on = BegunOn(message);
  if (begun_on) return BegunLane(lane.group, *begun_on);
  if (lane.kind == Lane::Kind::kBegun) return GroupLane(lane.group);
  return std::nullopt;
}

// In the message at hand, as in the store.
void Remember(Message& message, const Part& part) {
  auto& records = message.part_records;
  const auto place =
      std::ranges::lower_bound(records, part.number, {}, &Part::number);
  if (place != records.end() && place->number == part.number) {
    *place = part;
  } else {
    records.insert(place, part);
  }
}

// One that is out of the ordinary counts for an eighth.
void NotePartTime(Station& station, MonoTime now) {
  constexpr int kShare = 8;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      now - station.part_began_at);
  station.part_time += station.part_time.count() == 0
                           ? took
                           : (took - station.part_time) / kShare;
}

std::string NumberOrNothing(int number) {
  return number >= 0 ? std::to_string(number) : "";
}

}  // namespace

void Sending::SettleAbandoned(const std::vector<Message>& abandoned) {
  const WallTime now = desk_.clock.Wall();
  for (const Message& message : abandoned) {
    bool in_doubt = false;
    for (const Part& part : message.part_records) {
      if (part.state != PartState::kIntended) continue;
      in_doubt = true;
      desk_.turn.results.push_back({.sequence = message.sequence,
                                    .number = part.number,
                                    .state = PartState::kUnknown,
                                    .at = now,
                                    .awaits_report = message.report});
    }
    Conclude(message, in_doubt ? BlameNobody(AttemptAt(message)) : PutBack(now),
             "");
  }
}

bool Sending::PartUnderWay() const {
  return std::ranges::any_of(
      desk_.stations, [](const Station& s) { return s.job.has_value(); });
}

Attempt Sending::AttemptAt(const Message& message) {
  std::array<std::uint8_t, 1> byte;
  desk_.random.Fill(byte);
  return {.message_class = message.message_class,
          .number = message.attempts + 1,
          .most = desk_.config.spooler.max_attempts,
          .now = desk_.clock.Wall(),
          .expires_at = message.expires_at,
          .in_doubt = message.in_doubt,
          .repeat_unknown = message.repeat_unknown,
          .jitter = byte[0] / 255.0};
}

// A run that ended meanwhile has left the last try's code with the part.
void Sending::RecallFaults(const Message& message) {
  for (const Part& part : message.part_records) {
    if (part.state != PartState::kRejected) continue;
    if (!IsModemFault(part.error_code)) continue;
    faults_.try_emplace(message.sequence,
                        Faults{.count = 1, .modem = part.modem});
  }
}

// Its end, or what its end leaves to be done.
Verdict Sending::Judge(Station& station, const Message& message,
                       const ModemEvent& event) {
  Attempt attempt = AttemptAt(message);
  const auto known = faults_.find(message.sequence);
  const Faults before = known == faults_.end() ? Faults{} : known->second;
  attempt.modem_faults = before.count;
  attempt.suspect =
      before.count > 0 && (before.modem != station.name() ||
                           before.accepted_then < station.accepted);
  Verdict verdict = AfterSubmit(event.result, event.error_code, attempt);
  const bool refused = event.result == SubmitResult::kRejected &&
                       verdict.next == MessageState::kQueued;
  if (refused && IsModemFault(event.error_code)) {
    faults_[message.sequence] = {.count = before.count + 1,
                                 .modem = station.name(),
                                 .accepted_then = station.accepted};
  } else if (refused) {
    faults_.erase(message.sequence);
  }
  return verdict;
}

void Sending::PartEnded(Station& station, const ModemEvent& event) {
  if (!station.job || !station.job->under_way) return;
  Job& job = *station.job;
  const JobPart part = std::move(job.parts.front());
  job.parts.pop_front();
  job.under_way = false;
  if (job.lost) return station.job.reset();
  RecordPart(station, part, event);
  const bool accepted = event.result == SubmitResult::kAccepted;
  if (accepted) {
    Remember(job.message, {.number = part.number,
                           .state = PartState::kAccepted,
                           .modem = station.name()});
    ++station.parts_sent;
    ++station.accepted;
    NotePartTime(station, desk_.clock.Mono());
  }
  if (accepted && !job.parts.empty()) return GoOn(station);
  Message message = std::move(job.message);
  station.job.reset();
  const Verdict verdict = Judge(station, message, event);
  Conclude(message, verdict, station.name());
  if (verdict.next == MessageState::kSent) {
    CountEarlyReports(message);
    NoteConversation(station, message);
  }
  if (!verdict.recover_modem) return;
  station.modem().Recover(verdict.reason, desk_.clock.Mono());
}

// Codes go through whatever modem is free: nobody answers them.
void Sending::NoteConversation(const Station& station, const Message& message) {
  const std::string& sim = station.port->modem().info().imsi;
  const Lane lane = ParseLane(message.lane);
  if (!KeepsConversations(desk_) || sim.empty() ||
      lane.kind == Lane::Kind::kModem ||
      message.message_class == MessageClass::kOtp) {
    return;
  }
  desk_.turn.conversations.push_back({.recipient = message.recipient,
                                      .group = lane.group,
                                      .sim = sim,
                                      .at = desk_.clock.Wall()});
}

// Reports of all its parts may have come before it was sent whole.
void Sending::CountEarlyReports(Message& message) {
  message.state = MessageState::kSent;
  const Settlement settlement = SettleFromReports(message, desk_.clock.Wall());
  if (settlement.to) desk_.turn.settlements.push_back(settlement);
}

void Sending::RecordPart(Station& station, const JobPart& part,
                         const ModemEvent& event) {
  const Message& message = station.job->message;
  const auto outcome = OutcomeOf(event.result, event.error_code);
  if (station.intent_uncommitted) {
    // The store is failing, and the modem gave up waiting: nothing has left,
    // and the store need not know that anything was meant to.
    std::erase_if(desk_.turn.intents, [&](const PartIntent& intent) {
      return intent.sequence == message.sequence;
    });
    station.intent_uncommitted = false;
    if (station.counted) desk_.tariffs.Uncount(*station.counted);
  } else {
    const bool may_have_gone =
        outcome == SubmitResult::kAccepted || outcome == SubmitResult::kUnknown;
    desk_.turn.results.push_back(
        {.sequence = message.sequence,
         .number = part.number,
         .state = PartStateOf(outcome),
         .message_reference = event.message_reference,
         .error_code = event.error_code,
         .at = desk_.clock.Wall(),
         .awaits_report = message.report && may_have_gone});
    if (station.counted && !may_have_gone) {
      desk_.tariffs.TakeBack(*station.counted);
      desk_.turn.results.back().unused = station.counted;
      station.room_came = true;
    }
  }
  station.counted.reset();
  desk_.log.Info(
      "part", {{"id", ToString(message.id)},
               {"modem", station.name()},
               {"part", part.number},
               {"of", message.parts},
               {"result", ToString(outcome)},
               {"message_reference", NumberOrNothing(event.message_reference)},
               {"cms_error", NumberOrNothing(event.error_code)}});
}

// The next part, once the modem is free; without it, the rest goes back. None
// leaves late.
void Sending::GoOn(Station& station) {
  const WallTime now = desk_.clock.Wall();
  const bool late = station.job->message.expires_at <= now;
  const bool goes_on = !late && !quiescing_;
  if (goes_on && station.modem().Ready()) return SubmitPart(station);
  if (goes_on && IsUp(station)) return;  // a chore of a moment
  const Message message = std::move(station.job->message);
  station.job.reset();
  Conclude(message,
           late ? GiveUp(MessageState::kExpired,
                         "its life ended before its last part could be sent",
                         message.in_doubt)
                : PutBack(now),
           station.name());
}

void Sending::Conclude(const Message& message, const Verdict& verdict,
                       const std::string& modem) {
  desk_.turn.changes.push_back({.sequence = message.sequence,
                                .to = verdict.next,
                                .not_before = verdict.not_before,
                                .counts_attempt = verdict.counts_attempt,
                                .modem = modem,
                                .error = verdict.reason,
                                .at = desk_.clock.Wall(),
                                .lane = LaneAfter(message, verdict),
                                .avoid = verdict.avoid_modem ? modem : ""});
  concluded_[message.sequence] = {.id = message.id,
                                  .state = verdict.next,
                                  .modem = modem,
                                  .reason = verdict.reason};
  if (verdict.next == MessageState::kQueued) {
    leasing_.LookAgain();
  } else {
    faults_.erase(message.sequence);
    desk_.tariffs.EndNeedOf(message.id);
  }
}

void Sending::GiveWork() {
  if (quiescing_) return;
  PutBackStranded();
  for (Station* station : LeastUsedFirst()) {
    if (station->job && !station->job->under_way) GoOn(*station);
    while (!station->job && station->modem().Ready()) {
      auto message = TakeReadyFor(*station);
      if (!message) break;
      StartJob(*station, std::move(*message));
    }
  }
}

// The modem whose SIM has the most left of its limits; where they are even, the
// one that has sent the least.
std::vector<Station*> Sending::LeastUsedFirst() const {
  std::vector<std::pair<double, Station*>> stations;
  for (Station& station : desk_.stations) {
    stations.emplace_back(desk_.tariffs.UsedShare(station), &station);
  }
  std::ranges::stable_sort(stations, {}, [](const auto& entry) {
    return std::pair(entry.first, entry.second->accepted);
  });
  std::vector<Station*> order;
  for (const auto& [used, station] : stations) order.push_back(station);
  return order;
}

// The one station that may send the rest of the message; null: any. An OTP does
// not wait for a modem that is down or rests, but starts again through another.
const Station* Sending::BoundTo(const Message& message) const {
  const auto name = BegunOn(message);
  if (!name) return nullptr;
  const auto found = std::ranges::find(desk_.stations, *name, &Station::name);
  if (found == desk_.stations.end()) return nullptr;
  const Lane lane = ParseLane(message.lane);
  const bool left_group = lane.kind != Lane::Kind::kModem &&
                          !HasLane(*found, BegunLane(lane.group, *name));
  if (left_group) return nullptr;
  if (message.message_class != MessageClass::kOtp) return &*found;
  const bool rests = found->rests[Place(MessageClass::kOtp)];
  return IsUp(*found) && !rests ? &*found : nullptr;
}

// If its SIM has room for it.
bool Sending::CanTake(const Station& station, const Message& message) const {
  const Station* bound = BoundTo(message);
  return (!bound || bound == &station) &&
         Serves(station, message, desk_.stations);
}

std::optional<Message> Sending::TakeReadyFor(const Station& station) {
  const auto found = std::ranges::find_if(ready_, [&](const Message& message) {
    return CanTake(station, message) && desk_.tariffs.MaySend(station, message);
  });
  if (found == ready_.end()) return std::nullopt;
  Message message = std::move(*found);
  ready_.erase(found);
  return message;
}

// What no modem that is up may send: it goes back, into the lane that it
// belongs to by now.
void Sending::PutBackStranded() {
  std::erase_if(ready_, [&](const Message& message) {
    const Station* bound = BoundTo(message);
    const bool stranded = bound && !IsUp(*bound);  // so nobody serves it
    const bool served =
        std::ranges::any_of(desk_.stations, [&](const Station& station) {
          return IsUp(station) && CanTake(station, message);
        });
    const bool waits = served && WaitsForRoom(message);
    if (served && !waits) return false;
    const WallTime now = desk_.clock.Wall();
    Conclude(message,
             stranded ? AwaitModem(now)
             : waits  ? AwaitRoom(now)
                      : PutBack(now),
             "");
    return true;
  });
}

// No SIM that could send it has room for it. The next one of its class is not
// taken before there is.
bool Sending::WaitsForRoom(const Message& message) const {
  std::vector<const Station*> full;
  for (const Station& station : desk_.stations) {
    if (!IsUp(station) || !CanTake(station, message)) continue;
    if (desk_.tariffs.MaySend(station, message)) return false;
    full.push_back(&station);
  }
  for (const Station* station : full) {
    desk_.tariffs.LetWait(*station, message);
  }
  return !full.empty();
}

void Sending::PutOff(const Message& message, const Verdict& verdict) {
  Conclude(message, verdict, "");
  ++put_off_;
}

void Sending::EndUntried(const Message& message, MessageState end,
                         std::string reason) {
  Verdict verdict = GiveUp(end, std::move(reason), message.in_doubt);
  verdict.counts_attempt = false;
  PutOff(message, verdict);
}

// Its recipient may have joined the list since it was queued, or leased.
bool Sending::IsWanted(const Message& message) {
  const auto opt_out = desk_.store.FindOptOut(message.recipient);
  if (opt_out && !*opt_out) return true;
  if (opt_out) {
    EndUntried(message, MessageState::kFailed,
               "the recipient asked to be sent nothing");
  } else {
    desk_.log.Error("nobody knows whether a recipient may be sent anything",
                    {{"error", opt_out.error().message}});
    PutOff(message,
           AwaitCertainty(desk_.clock.Wall(), opt_out.error().message));
  }
  return false;
}

// Its window was open when it was queued; the backlog, or a pause between two
// tries, may have taken longer.
bool Sending::MayGoNow(const Message& message) {
  const WallTime now = desk_.clock.Wall();
  const auto opens =
      desk_.windows.NextOpen(message.message_class, message.recipient, now);
  if (opens && *opens <= now) return true;
  if (!opens && opens.error().kind == ErrorKind::kInvalid) {
    EndUntried(message, MessageState::kFailed, opens.error().message);
  } else if (opens) {
    PutOff(message, AwaitWindow(*opens, message.expires_at, message.in_doubt));
  } else {
    desk_.log.Error("nobody knows what hour it is for a recipient",
                    {{"error", opens.error().message}});
    PutOff(message, AwaitCertainty(now, opens.error().message));
  }
  return false;
}

// kInvalid, kUnavailable: nobody can read it here.
Result<void> Sending::OpenSeal(Message& message) const {
  if (message.seal.empty()) return {};
  if (!desk_.keys) {
    return Fail(ErrorKind::kUnavailable,
                "its text is sealed, and there is no verify.secret_file");
  }
  auto text = OpenText(message.text, message.seal, *desk_.keys);
  if (!text) return std::unexpected(text.error());
  message.text = std::move(*text);
  message.seal.clear();
  return {};
}

void Sending::StartJob(Station& station, Message message) {
  const WallTime now = desk_.clock.Wall();
  if (message.expires_at <= now) {
    return EndUntried(message, MessageState::kExpired,
                      "its life ended before a modem was free");
  }
  if (!IsWanted(message) || !MayGoNow(message)) return;
  if (const auto opened = OpenSeal(message); !opened) {
    desk_.log.Error(
        "a message can't be read",
        {{"id", ToString(message.id)}, {"error", opened.error().message}});
    if (opened.error().kind == ErrorKind::kUnavailable) {  // a key may come
      return PutOff(message, AwaitCertainty(now, opened.error().message));
    }
    return EndUntried(message, MessageState::kFailed, opened.error().message);
  }
  auto job = MakeJob(message, station.port->config(), now);
  if (!job) {
    return EndUntried(message, MessageState::kFailed, job.error().message);
  }
  RecallFaults(message);
  station.job = std::move(*job);
  SubmitPart(station);
}

void Sending::SubmitPart(Station& station) {
  Job& job = *station.job;
  const JobPart& part = job.parts.front();
  station.modem().Submit(part.pdu_hex, part.tpdu_length, desk_.clock.Mono());
  station.part_began_at = desk_.clock.Mono();
  job.under_way = true;
  station.intent_uncommitted = true;
  station.counted = desk_.tariffs.Count(station, job.message.recipient);
  desk_.turn.intents.push_back({.sequence = job.message.sequence,
                                .number = part.number,
                                .modem = station.name(),
                                .at = desk_.clock.Wall(),
                                .sim = station.modem().info().imsi,
                                .use = station.counted});
}

// A message that nothing was tried with may have been cancelled meanwhile.
void Sending::TellConcluded(std::set<std::int64_t>* refused) {
  for (const auto& [sequence, conclusion] : std::exchange(concluded_, {})) {
    if (!refused->contains(sequence)) {
      desk_.log.Info("message", {{"id", ToString(conclusion.id)},
                                 {"state", ToString(conclusion.state)},
                                 {"modem", conclusion.modem},
                                 {"reason", conclusion.reason}});
    } else if (conclusion.modem.empty()) {
      TellLost(conclusion.id);
      refused->erase(sequence);
    }
  }
}

void Sending::TellLost(const Uuid& id) const {
  desk_.log.Info("let go of a message that was cancelled, or is another's",
                 {{"id", ToString(id)}});
}

// An intent that was refused: nothing of its part has left, and nothing will.
void Sending::Withdraw(Station& station) {
  if (station.counted) desk_.tariffs.Uncount(*station.counted);
  station.counted.reset();
  station.room_came = true;
  station.job->lost = true;
  faults_.erase(station.job->message.sequence);
  station.modem().Withdraw(desk_.clock.Mono());
}

void Sending::ReleaseCommitted(std::set<std::int64_t>* refused) {
  for (Station& station : desk_.stations) {
    if (!std::exchange(station.intent_uncommitted, false)) continue;
    Job& job = *station.job;
    if (refused->contains(job.message.sequence)) {
      Withdraw(station);
      if (BegunOn(job.message)) continue;  // too late for cancelling
      TellLost(job.message.id);
      refused->erase(job.message.sequence);
    } else {
      Remember(job.message, {.number = job.parts.front().number,
                             .state = PartState::kIntended,
                             .modem = station.name()});
      const MonoTime now = desk_.clock.Mono();
      station.modem().Release(
          now, now + (job.message.expires_at - desk_.clock.Wall()));
    }
  }
}

void Sending::Committed(SpoolerTurnOutcome outcome) {
  std::set<std::int64_t> refused(outcome.refused.begin(),
                                 outcome.refused.end());
  ReleaseCommitted(&refused);
  TellConcluded(&refused);
  for (const auto sequence : refused) {
    desk_.log.Error("the queue refused a change; it is another's, or settled",
                    {{"sequence", sequence}});
  }
  leasing_.Committed(outcome.exhausted);
  desk_.tariffs.Correct(outcome.usage);
  for (const Message& message : outcome.expired) {
    faults_.erase(message.sequence);
    desk_.tariffs.EndNeedOf(message.id);
    desk_.log.Info("message", {{"id", ToString(message.id)},
                               {"state", ToString(message.state)},
                               {"reason", message.error}});
  }
  for (Message& message : outcome.leased) {
    const auto place = std::ranges::upper_bound(ready_, message, GoesBefore);
    ready_.insert(place, std::move(message));
  }
}

std::vector<LeaseRequest> Sending::PlanLeases() {
  if (quiescing_ || HasHadEnough()) return leasing_.AskNothing();
  return leasing_.Plan(ready_);
}

bool Sending::HasHadEnough() const { return put_off_ >= kMostPutOff; }

void Sending::PutBackReady() {
  for (const Message& message : ready_) {
    Conclude(message, PutBack(desk_.clock.Wall()), "");
  }
  ready_.clear();
}

void Sending::Quiesce() {
  quiescing_ = true;
  PutBackReady();
  for (Station& station : desk_.stations) {
    if (station.job && !station.job->under_way) GoOn(station);
  }
}

}  // namespace smsweb
