"""The playout buffer, on a simulated clock."""

from frontdesk.simulator.playout import Playout, Underrun

FRAME = 160


def samples(count: int, value: int = 5000) -> bytes:
    return value.to_bytes(2, "little", signed=True) * count


def test_audio_that_arrives_in_one_go_is_heard_in_real_time() -> None:
    playout = Playout()
    playout.receive(samples(400), now=0)
    assert playout.advance(160) == (samples(160), [])
    assert playout.advance(320) == (samples(160), [])
    assert playout.advance(480) == (samples(80) + bytes(160), [])
    assert (playout.received, playout.heard, playout.last_heard) == (400, 400, 400)


def test_audio_is_heard_at_the_sample_at_which_it_arrived() -> None:
    playout = Playout()
    playout.advance(FRAME)
    playout.receive(samples(20), now=200)
    assert playout.advance(320)[0] == bytes(80) + samples(20) + bytes(200)


def test_audio_waits_for_what_is_still_playing() -> None:
    playout = Playout()
    playout.receive(samples(200, 1000), now=0)
    playout.receive(samples(200, 2000), now=10)
    assert playout.advance(400)[0] == samples(200, 1000) + samples(200, 2000)


def test_a_mark_is_reached_when_the_audio_before_it_was_heard() -> None:
    playout = Playout()
    playout.receive(samples(300), now=0)
    playout.mark("end")
    playout.receive(samples(300), now=0)
    assert playout.advance(160)[1] == []
    assert playout.advance(320)[1] == ["end"]


def test_a_mark_behind_nothing_is_reached_at_once() -> None:
    playout = Playout()
    playout.mark("now")
    assert playout.advance(FRAME)[1] == ["now"]


def test_clear_drops_the_rest_and_answers_every_mark() -> None:
    playout = Playout()
    playout.receive(samples(800), now=0)
    playout.mark("first")
    playout.mark("second")
    playout.advance(FRAME)
    assert playout.clear() == ["first", "second"]
    assert playout.advance(320) == (bytes(320), [])
    assert (playout.heard, playout.cleared, playout.empty) == (160, 640, True)


def test_audio_after_clear_is_heard_at_once() -> None:
    playout = Playout()
    playout.receive(samples(8000), now=0)
    playout.advance(FRAME)
    playout.clear()
    playout.receive(samples(10), now=165)
    assert playout.advance(320)[0][:30] == bytes(10) + samples(10)
    assert playout.underruns == []


def test_the_end_of_the_call_tells_what_was_never_heard() -> None:
    playout = Playout()
    playout.receive(samples(400), now=0)
    playout.mark("goodbye")
    playout.advance(FRAME)
    playout.stop()
    assert (playout.cut, playout.cut_pcm, playout.received) == (240, samples(240), 400)
    assert playout.advance(320) == (bytes(320), [])


def test_a_gap_in_mid_speech_is_an_underrun() -> None:
    playout = Playout()
    playout.receive(samples(160), now=0)
    playout.receive(samples(160), now=960)
    assert playout.underruns == [Underrun(160, 800)]


def test_a_pause_after_quiet_or_of_a_second_is_none() -> None:
    playout = Playout()
    playout.receive(samples(160) + bytes(400), now=0)
    playout.receive(samples(160), now=960)
    playout.receive(samples(160), now=9200)
    assert playout.underruns == []


def test_an_advance_longer_than_a_chunk_keeps_every_sample_in_its_place() -> None:
    playout = Playout()
    for index in range(5):
        playout.receive(samples(100, 1000 + index), now=0)
    heard, _ = playout.advance(1000)
    assert heard == b"".join(samples(100, 1000 + index) for index in range(5)) + bytes(1000)
