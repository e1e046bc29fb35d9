#include "daemon/leasing.h"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/lanes.h"
#include "daemon/tariffs.h"

namespace smsweb {
namespace {

using OfClasses = std::array<bool, kMessageClassCount>;

// A class that nobody may be sent now stays where it is: put off one by one, a
// large backlog would be written anew.
OfClasses OpenNow(const Desk& desk) {
  OfClasses open;
  for (const MessageClass c : kMessageClasses) {
    open[Place(c)] = !desk.windows.ClosedUntil(c, desk.clock.Wall());
  }
  return open;
}

}  // namespace

// Where enough is at hand, an OTP is taken all the same, in the place of what
// is no OTP, and goes before it.
std::vector<LeaseRequest> Leasing::Plan(const std::deque<Message>& at_hand) {
  std::vector<LeaseRequest> requests = AskNothing();
  if (!MustLook()) return requests;
  const auto rooms = RoomByStation(at_hand);
  const OfClasses open = OpenNow(desk_);
  const OfClasses otp_alone = {open[0], false, false};
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    Station& station = desk_.stations[i];
    const auto [wanted, others] = rooms[i];
    if (wanted > 0 && station.look) {
      station.look =
          Ask(station, {.limit = wanted, .classes = open}, &station, &requests);
    } else if (wanted == 0 && others > 0 && look_for_otp_) {
      Ask(station, {.limit = others, .classes = otp_alone}, nullptr, &requests);
    }
  }
  return requests;
}

std::vector<LeaseRequest> Leasing::AskNothing() {
  asked_for_.clear();
  return {};
}

// One message ahead for each modem, so that the next one is at hand when this
// one is done; no more, so that an OTP need not wait behind others.
std::vector<Leasing::Room> Leasing::RoomByStation(
    const std::deque<Message>& at_hand) const {
  std::vector<Room> rooms;
  rooms.reserve(desk_.stations.size());
  for (const Station& station : desk_.stations) {
    rooms.push_back({.wanted = !IsUp(station) ? 0 : station.job ? 1 : 2});
  }
  for (const Message& message : at_hand) {
    for (std::size_t i = 0; i < rooms.size(); ++i) {
      if (rooms[i].wanted == 0) continue;
      if (!Serves(desk_.stations[i], message, desk_.stations)) continue;
      --rooms[i].wanted;
      if (message.message_class != MessageClass::kOtp) ++rooms[i].others;
      break;
    }
  }
  return rooms;
}

// For what its SIM may send of it; false: nothing. `asker` is told how it ends.
bool Leasing::Ask(const Station& station, LeaseRequest wanted, Station* asker,
                  std::vector<LeaseRequest>* requests) {
  wanted.lanes = station.lanes;
  auto asked = desk_.tariffs.Restrict(station, wanted);
  for (LeaseRequest& request : asked) {
    requests->push_back(std::move(request));
    asked_for_.push_back(asker);
  }
  return !asked.empty();
}

// There is no more for a modem where all that it asked for says so, and no room
// came meanwhile.
void Leasing::Committed(const std::vector<bool>& exhausted) {
  if (!asked_for_.empty()) look_for_otp_ = false;
  for (Station* station : asked_for_) {
    if (station) station->look = false;
  }
  for (std::size_t i = 0; i < asked_for_.size(); ++i) {
    if (exhausted[i]) continue;
    (asked_for_[i] ? asked_for_[i]->look : look_for_otp_) = true;
  }
  for (Station& station : desk_.stations) {
    if (std::exchange(station.room_came, false)) station.look = true;
  }
  asked_for_.clear();
}

void Leasing::LookAgain() {
  for (Station& station : desk_.stations) LookAgain(station);
  look_for_otp_ = true;
}

void Leasing::LookAgain(Station& station) {
  station.look = true;
  news_ = true;
}

void Leasing::FoundNothing() {
  for (Station& station : desk_.stations) station.look = false;
}

bool Leasing::MustLook() const {
  const bool any_up = std::ranges::any_of(desk_.stations, IsUp);
  return std::ranges::any_of(desk_.stations, [&](const Station& station) {
    return station.look && (IsUp(station) || !any_up);
  });
}

}  // namespace smsweb
