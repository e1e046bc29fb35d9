// AtSession: what the script has it do.
#include <fmt/format.h>

#include <utility>

#include "sim/at_session.h"
#include "sim/commands.h"
#include "sim/wording.h"

namespace smsweb::sim {

using Kind = Action::Kind;

// ---- when ----

void AtSession::Meet(Trigger::Kind kind, std::string_view what, Work& work) {
  for (const Rule* rule : rules_.On(kind, what)) {
    for (const Action& action : rule->actions) {
      if (action.in) {
        After(*action.in, {.rule = rule, .action = &action});
      } else if (action.ShapesAnswer()) {
        air_.Note(name(), rule->place, action.source, now_);
        work.plan.Add(action);
      } else if (action.SetsState()) {
        Do(*rule, action);
      } else {
        work.afterwards.emplace_back(rule, &action);
      }
    }
  }
}

// For what has no answer; whether there was a rule.
bool AtSession::Happen(Trigger::Kind kind, std::string_view what) {
  const auto rules = rules_.On(kind, what);
  for (const Rule* rule : rules) {
    for (const Action& action : rule->actions) {
      After(action.in.value_or(Millis(0)), {.rule = rule, .action = &action});
    }
  }
  return !rules.empty();
}

void AtSession::SetTimers() {
  for (const Rule* rule : rules_.TakeTimed()) {
    const bool repeats = rule->when.kind == Trigger::Kind::kEvery;
    for (const Action& action : rule->actions) {
      After(rule->when.time + action.in.value_or(Millis(0)),
            {.rule = rule,
             .action = &action,
             .every = repeats ? rule->when.time : Millis(0)});
    }
  }
}

void AtSession::After(Millis time, Timer timer) {
  if (time.count() <= 0) return RunTimer(timer);
  timers_.emplace(now_.mono + time, std::move(timer));
}

void AtSession::RunTimers() {
  while (!timers_.empty() && timers_.begin()->first <= now_.mono) {
    const auto due = timers_.extract(timers_.begin());
    const Timer& timer = due.mapped();
    if (timer.every.count() > 0) {
      timers_.emplace(due.key() + timer.every, timer);
    }
    RunTimer(timer);
  }
}

void AtSession::StopTimers(std::string_view command) {
  std::erase_if(timers_, [&](const auto& entry) {
    const Timer& timer = entry.second;
    return timer.every.count() > 0 && !timer.rule->when.pattern.empty() &&
           FitsCommand(timer.rule->when.pattern, command);
  });
}

// The rules of another that it was before stay.
void AtSession::TakeOn(const Personality& personality) {
  modem_->identity = personality;
  const auto script = ParseScript(personality.script, personality.name);
  if (!script) return;  // tests/sim_script_test.cc reads them all
  rules_.Add(*script, name());
  SetTimers();
}

void AtSession::RunTimer(const Timer& timer) {
  switch (timer.kind) {
    case Timer::Kind::kAct:
      return Do(*timer.rule, *timer.action);
    case Timer::Kind::kConnect:
      return Connect(timer.place);
    case Timer::Kind::kAwake:
      return hung_until_.reset();
    case Timer::Kind::kBooted:
      break;
  }
  booting_ = false;
  for (const std::string& line : modem_->identity.boot_lines) {
    Say(WordUnsolicited(line));
  }
}

// ---- what ----

void AtSession::Do(const Rule& rule, const Action& action) {
  air_.Note(name(), rule.place, action.source, now_);
  if (action.ShapesAnswer()) {
    next_plan_.Add(action);
  } else if (action.SetsState()) {
    SetState(action);
  } else {
    Act(action);
  }
}

void AtSession::SetState(const Action& action) {
  ModemState& modem = *modem_;
  switch (action.kind) {
    case Kind::kNetwork:
      modem.coverage = CoverageNamed(action.text);
      return;
    case Kind::kSignal:
      modem.signal = action.number;
      return;
    case Kind::kOperator:
      modem.operator_name = action.text;
      return;
    case Kind::kSim:
      return SetSim(action.text);
    case Kind::kPin:
      modem.options.pin = action.text;
      modem.sim = SimCard::kPinRequired;
      return;
    case Kind::kImei:
      modem.imei = action.text;
      return;
    case Kind::kSmsc:
      modem.smsc = action.text;
      return;
    case Kind::kEcho:
      modem.echo = action.text == "on";
      return;
    case Kind::kProfile:
      return TakeOn(*FindPersonality(action.text));
    case Kind::kManufacturer:
      modem.identity.manufacturer = action.text;
      return;
    case Kind::kModel:
      modem.identity.model = action.text;
      return;
    case Kind::kRevision:
      modem.identity.revision = action.text;
      return;
    case Kind::kStorage:
      return modem.memories[*MemoryNamed(action.text)].Resize(action.number);
    case Kind::kFill:
      return Fill(modem.memories[*MemoryNamed(action.text)]);
    case Kind::kReportsIn:
      modem.report_memory = *MemoryNamed(action.text);
      return;
    default:
      return;
  }
}

void AtSession::SetSim(const std::string& how) {
  if (how == "removed") {
    modem_->sim = SimCard::kAbsent;
  } else if (how == "puk") {
    modem_->sim = SimCard::kPukRequired;
  } else {
    modem_->sim = modem_->options.pin ? SimCard::kPinRequired : SimCard::kReady;
  }
}

// With messages that were read long ago: from "888", without a text.
void AtSession::Fill(Memory& memory) {
  const auto octets = FromHex(
      "0004038188F80000520101000000"
      "00"
      "00");
  StoredMessage old{StoredMessage::Status::kRead,
                    octets.value_or(std::vector<std::uint8_t>{})};
  while (memory.Add(old)) {
  }
}

void AtSession::Act(const Action& action) {
  switch (action.kind) {
    case Kind::kLine:
      return Say(WordUnsolicited(action.text));
    case Kind::kFlood:
      for (int i = 0; i < action.number; ++i) {
        Say(WordUnsolicited(action.text));
      }
      return;
    case Kind::kRaw:
      return Say(action.text);
    case Kind::kDisconnect:
      return Disconnect(action);
    case Kind::kUnplug:
      Disconnect(action);
      return Restart(Millis(0));
    case Kind::kConnect:
      return Connect(action.text);
    case Kind::kReboot:
      return Restart(action.time.value_or(Millis(0)));
    case Kind::kHang:
      return Hang(action);
    case Kind::kInbound:
      return air_.Bring(name(), modem_->smsc, action.inbound, now_);
    case Kind::kReportFor:
      return air_.Report(name(), modem_->smsc, action.report, now_);
    case Kind::kUssd:
      return TellUssd(action);
    default:
      return;
  }
}

// +CUSD: <m>,<str>,<dcs> (TS 27.007 § 7.15)
void AtSession::TellUssd(const Action& action) {
  constexpr int kDefaultAlphabet = 15;
  const int dcs = action.dcs.value_or(kDefaultAlphabet);
  Say(WordUnsolicited(fmt::format("+CUSD: {},\"{}\",{}", action.number,
                                  UssdToHost(*modem_, action.text, dcs), dcs)),
      action.time.value_or(Millis(0)));
}

void AtSession::Hang(const Action& action) {
  DropWork();
  hung_until_ = action.text;
  if (action.time) After(*action.time, {.kind = Timer::Kind::kAwake});
}

void AtSession::Disconnect(const Action& action) {
  if (!connected_) return;
  later_.clear();
  input_.clear();
  connected_ = false;
  port_events_.push_back({PortEvent::Kind::kGone, {}});
  if (action.time) {
    After(*action.time, {.kind = Timer::Kind::kConnect, .place = action.text});
  }
}

void AtSession::Connect(const std::string& place) {
  if (connected_) return;
  connected_ = true;
  port_events_.push_back({PortEvent::Kind::kBack, place});
}

void AtSession::Restart(Millis boot_time) {
  DropWork();
  hung_until_.reset();
  receiver_->Forget(now_);
  modem_->Reset();
  modem_->Restart();
  registration_told_ = modem_->registration();
  booting_ = true;
  After(boot_time, {.kind = Timer::Kind::kBooted});
}

void AtSession::DropWork() {
  state_ = State::kCommand;
  line_.clear();
  input_.clear();
  text_.clear();
  later_.clear();
  told_.clear();
  message_.reset();
  sending_.reset();
}

}  // namespace smsweb::sim
