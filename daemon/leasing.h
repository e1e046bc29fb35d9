// What is asked of the queue, for which modem, and when: so much as keeps each
// busy, once there may be something for it.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "common/store/store.h"
#include "daemon/station.h"

namespace smsweb {

class Leasing {
 public:
  explicit Leasing(const Desk& desk) : desk_(desk) {}

  // What to take besides what is at hand: asked once before each commit.
  std::vector<LeaseRequest> Plan(const std::deque<Message>& at_hand);
  std::vector<LeaseRequest> AskNothing();
  // What was asked for is at hand; where there is no more of it, as
  // SpoolerTurnOutcome has it.
  void Committed(const std::vector<bool>& exhausted);

  // The queue may hold something that is due; or it holds nothing at all.
  void LookAgain();
  void LookAgain(Station& station);  // for what this one serves
  void FoundNothing();
  // A modem that could take something has not been told that there is nothing.
  bool MustLook() const;
  // The queue may be another than when this was last asked.
  bool TakeNews() { return std::exchange(news_, false); }

 private:
  // How many messages a modem lacks, and how many it has at hand that are no
  // codes.
  struct Room {
    int wanted = 0;
    int others = 0;
  };

  std::vector<Room> RoomByStation(const std::deque<Message>& at_hand) const;
  bool Ask(const Station& station, LeaseRequest wanted, Station* asker,
           std::vector<LeaseRequest>* requests);

  const Desk& desk_;
  std::vector<Station*> asked_for_;  // a lease request each; null: codes alone
  bool look_for_otp_ = true;         // even where others are at hand
  bool news_ = true;
};

}  // namespace smsweb
