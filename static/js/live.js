// Follows the stream of events (HTML standard, 9.2) on a page with an element [data-stream]. A page with a list of events
// shows them as they happen; any other is told by a `newEvents` event on the body, for htmx to fetch what changed.
"use strict";

(() => {
  const PATIENCE = 5000; // a stream that ends is resumed within two seconds: only longer than that is worth a word
  const TOLD_EVERY = 5000; // milliseconds between two announcements to a screen reader
  const FETCH_EVERY = 2000;
  const LONGEST_WAIT = 60000;

  const say = (text) => {
    document.getElementById("announcer").textContent = text;
  };

  // Calls `act` at once, then at most every `pause` milliseconds for as long as it is wanted.
  const atMost = (pause, act) => {
    let resting = false;
    let wanted = false;
    const call = () => {
      if (resting) {
        wanted = true;
        return;
      }
      resting = true;
      wanted = false;
      act();
      setTimeout(() => {
        resting = false;
        if (wanted) call();
      }, pause);
    };
    return call;
  };

  // `url` holds the filters and where to begin. The browser resumes a stream that ended by itself; one that was refused
  // is over for it, so then we ask why: without the right to read we stop, after anything else we try again.
  const follow = (url, names, onEvent, onState) => {
    let last = "";
    let wait = 1000;
    let impatient;
    const behind = () => (last ? url.replace(/lastEventId=[^&]*/, `lastEventId=${last}`) : url);
    const lost = () => {
      impatient ??= setTimeout(() => onState("reconnecting"), PATIENCE);
    };
    const open = () => {
      const source = new EventSource(behind());
      source.onopen = () => {
        clearTimeout(impatient);
        impatient = undefined;
        wait = 1000;
        onState("connected");
      };
      source.onerror = () => {
        lost();
        if (source.readyState === EventSource.CLOSED) ask();
      };
      for (const name of names) {
        source.addEventListener(name, (message) => {
          last = message.lastEventId;
          onEvent(JSON.parse(message.data));
        });
      }
    };
    const ask = async () => {
      const asked = new AbortController();
      const answer = await fetch(behind(), { signal: asked.signal }).catch(() => null);
      asked.abort();
      if (answer?.status === 401 || answer?.status === 403) {
        clearTimeout(impatient);
        onState("ended");
        return;
      }
      setTimeout(open, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    };
    open();
  };

  // --- The list of events ------------------------------------------------------------------------------------------------
  const moment = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: "UTC",
  });

  const tail = (list) => {
    const rows = list.querySelector("[data-live-rows]");
    const keep = Number(list.dataset.keep);
    const pause = list.querySelector("[data-live-pause]");
    let held = []; // newest last, while paused
    let isPaused = false;
    let untold = 0;
    let newest = "";

    const rowOf = (event) => {
      const row = list.querySelector(`template[data-live-row="${event.environment}"]`).content.cloneNode(true);
      const fill = (name) => row.querySelector(`[data-fill="${name}"]`);
      row.firstElementChild.dataset.event = event.id;
      fill("event").href = fill("event").getAttribute("href").replace(/[0-9a-f-]{36}/, event.id);
      fill("event").textContent = event.event;
      fill("type").textContent = event.entityType;
      fill("entity").textContent = event.entityId;
      fill("time").dateTime = event.createdAt;
      fill("time").textContent = `${moment.format(new Date(event.createdAt))} UTC`;
      return row;
    };
    const tell = atMost(TOLD_EVERY, () => {
      if (untold) say(`${untold} new event${untold === 1 ? "" : "s"}, the latest ${newest}`);
      untold = 0;
    });
    const show = (event) => {
      if (rows.querySelector(`[data-event="${event.id}"]`)) return;
      rows.prepend(rowOf(event));
      while (rows.children.length > keep && !rows.lastElementChild.contains(document.activeElement)) {
        rows.lastElementChild.remove();
      }
      list.querySelector("[data-live-empty]").hidden = true;
      list.querySelector("[data-live-table]").hidden = false;
      untold += 1;
      newest = event.event;
      tell();
    };
    const label = () => {
      pause.textContent = isPaused ? `Continue${held.length ? ` (${held.length} new)` : ""}` : "Pause";
    };
    const state = (name) => {
      for (const mark of list.querySelectorAll("[data-live-state]")) mark.hidden = mark.dataset.liveState !== name;
    };
    let connection = "connecting";

    pause.hidden = false;
    pause.addEventListener("click", () => {
      isPaused = !isPaused;
      if (!isPaused) held.forEach(show);
      held = [];
      label();
      state(isPaused && connection === "connected" ? "paused" : connection);
    });
    state(connection);

    return {
      onEvent: (event) => {
        if (!isPaused) {
          show(event);
          return;
        }
        held = [...held, event].slice(-keep);
        label();
      },
      onState: (name) => {
        if (name !== connection && connection !== "connecting") {
          say({ connected: "Connected again", reconnecting: "Connection lost, reconnecting", ended: "Ended" }[name]);
        }
        connection = name;
        state(isPaused && name === "connected" ? "paused" : name);
        if (name !== "ended") return;
        pause.hidden = true;
        held.forEach(show);
      },
    };
  };

  // --- Any other page ------------------------------------------------------------------------------------------------------
  const refresh = () => {
    const fetchAgain = atMost(FETCH_EVERY, () => document.body.dispatchEvent(new CustomEvent("newEvents")));
    return { onEvent: fetchAgain, onState: () => {} };
  };

  const place = document.querySelector("[data-stream]");
  if (place) {
    const names = JSON.parse(document.getElementById("stream-names").textContent);
    const { onEvent, onState } = place.querySelector("[data-live-rows]") ? tail(place) : refresh();
    follow(place.dataset.stream, names, onEvent, onState);
  }
})();
